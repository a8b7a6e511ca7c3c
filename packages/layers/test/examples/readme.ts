import * as tf from '@tensorflow/tfjs';
import { BatchNorm, outputsOf, symbolic, UpsampleNearest } from '@utad/layers';

const x = tf.input({ shape: [8, 8, 3] });
let y = symbolic(tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(x)); // [B, 8, 8, 4]
y = symbolic(new BatchNorm({ name: 'norm' }).apply(y));
y = symbolic(new UpsampleNearest({ factor: 2, name: 'up' }).apply(y)); // [B, 16, 16, 4]
const model = tf.model({ inputs: x, outputs: y });
const images = tf.zeros<tf.Rank.R4>([2, 8, 8, 3]);
const [maps] = outputsOf(model, images, true); // true: batch norm takes the statistics of the batch
console.log(maps?.shape); // [ 2, 16, 16, 4 ]
tf.dispose([images, maps ?? []]);
model.dispose();
