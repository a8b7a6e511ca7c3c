import * as tf from '@tensorflow/tfjs';
import { IeNet, ieNetPresets, klDivergence, mutualInformationLoss } from '@utad/ie-net';

const blocks = [{ filters: 2, factor: 4 }];
const net = new IeNet({
  ...ieNetPresets.small,
  inputSize: [8, 8],
  encoder: blocks,
  decoder: blocks,
  latent: 4,
});
console.log(net.impression(tf.zeros([1, 8, 8, 3])).shape.join()); // 1,8,8,3
const none = tf.zeros<tf.Rank.R2>([2, 1]);
console.log(mutualInformationLoss(none, none).dataSync()[0]?.toFixed(3)); // 1.386
console.log(klDivergence(tf.ones([2, 4]), tf.zeros([2, 4])).dataSync()[0]); // 2
