import * as tf from '@tensorflow/tfjs';
import { randomVgg19Weights } from '@utad/perceptual';
import { TwoStage, type TwoStageConfig, twoStagePresets } from '@utad/two-stage';

const { small } = twoStagePresets;
const inputSize: [number, number] = [8, 8];
const blocks = [{ filters: 2, factor: 4 }];
const config: TwoStageConfig = {
  ...small,
  ieNet: { ...small.ieNet, inputSize, encoder: blocks, decoder: blocks },
  expertNet: { ...small.expertNet, inputSize, base: 2, downsamplings: 1, paintsOnInput: true },
};
const detector = new TwoStage(config, { vgg19: randomVgg19Weights(0) });
const before = tf.memory().numTensors;

async function main(): Promise<void> {
  const data = new Uint8Array(2 * 8 * 8 * 3).fill(64);
  const { maps, mapSize, scores, reductions } = await detector.predict({ data, shape: [2, 8, 8, 3] });
  console.log(maps.length, mapSize.join()); // 128 8,8
  // Equal images have equal scores, and the score of `small` is the mean of the map.
  const [first = 0, second = 1] = scores;
  const [mean = 0] = reductions?.mean ?? [];
  console.log(first > 0, Math.abs(second / first - 1) < 1e-4, mean === first); // true true true
  console.log(tf.memory().numTensors - before); // 0
}
void main();
