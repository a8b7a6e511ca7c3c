import * as tf from '@tensorflow/tfjs';
import { ExpertNet, expertNetPresets } from '@utad/expert-net';
import { instanceNorm } from '@utad/layers';

const net = new ExpertNet({
  ...expertNetPresets.small,
  inputSize: [8, 8],
  base: 2,
  downsamplings: 1,
  paintsOnInput: true,
});
const m = tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.25);
// An untrained network that paints on its input changes nothing.
const painted = net.reconstruct(m, net.detail(m));
console.log(painted.sub(m).abs().max().dataSync()[0]?.toFixed(3)); // 0.000
const x = tf.tensor4d([1, 3], [1, 1, 2, 1]);
console.log([...instanceNorm(x).dataSync()].map((value) => value.toFixed(3)).join(' ')); // -1.000 1.000
