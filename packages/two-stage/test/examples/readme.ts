import * as tf from '@tensorflow/tfjs';
import { disposePrediction } from '@utad/detector';
import { randomVgg19Weights } from '@utad/perceptual';
import { TwoStage, twoStagePresets } from '@utad/two-stage';

const detector = new TwoStage(twoStagePresets.small, { vgg19: randomVgg19Weights(0) });
const images = tf.zeros<tf.Rank.R4>([2, 64, 64, 3]);
const prediction = detector.predict(images);
console.log(prediction.anomalyMap.shape, prediction.score.shape); // [ 2, 64, 64 ] [ 2 ]
disposePrediction(prediction);
for (const held of [images, detector]) held.dispose();
