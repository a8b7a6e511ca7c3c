import * as tf from '@tensorflow/tfjs';
import { ExpertNet, expertNetPresets } from '@utad/expert-net';

const net = new ExpertNet({ ...expertNetPresets.small, inputSize: [16, 16] }, { seed: 1 });
const x = tf.zeros<tf.Rank.R4>([2, 16, 16, 3]);
const impression = tf.ones<tf.Rank.R4>([2, 16, 16, 3]); // of x, made by stage 1
const detail = net.detail(x);
const reconstruction = net.reconstruct(impression, detail);
console.log(detail.shape, reconstruction.shape); // [ 2, 8 ] [ 2, 16, 16, 3 ]
tf.dispose([x, impression, detail, reconstruction]);
net.dispose();
