import * as tf from '@tensorflow/tfjs';
import { imagesFrom, normalizedScore, scoreOf } from '@utad/detector';

const photo = { data: Uint8Array.of(255, 255, 255, 255, 0, 255, 255, 255), width: 4, height: 2 };
const images = await imagesFrom(photo, [2, 4]); // grey bytes to [1, 2, 4, 3] in [0, 1]
const anomalyMap = tf.sub<tf.Tensor3D>(1, images.mean(3)); // here: how dark a pixel is, [1, 2, 4]
const score = scoreOf(anomalyMap, 'max'); // [1]
const [value = 0] = await score.data();
console.log(value, normalizedScore(value, 0.25)); // 1 0.8
tf.dispose([images, anomalyMap, score]);
