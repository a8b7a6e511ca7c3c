import * as tf from '@tensorflow/tfjs';
import { instanceNorm, upsampleNearest } from '@utad/layers';

const x = tf.tensor4d([1, 3], [1, 1, 2, 1]);
console.log([...instanceNorm(x).dataSync()].map((value) => value.toFixed(3)).join(' ')); // -1.000 1.000
console.log([...upsampleNearest(x, 2).dataSync()].join(' ')); // 1 1 3 3 1 1 3 3
