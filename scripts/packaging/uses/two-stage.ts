import * as tf from '@tensorflow/tfjs';
import { disposePrediction } from '@utad/detector';
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
const images = tf.fill<tf.Rank.R4>([2, 8, 8, 3], 0.25);
const before = tf.memory().numTensors;
const prediction = detector.predict(images);
console.log(prediction.anomalyMap.shape.join()); // 2,8,8
// Equal images have equal scores, and the score of `small` is the mean of the map.
const [first = 0, second = 1] = prediction.score.dataSync();
const [mean = 0] = tf.tidy(() => prediction.anomalyMap.mean().dataSync());
console.log(first > 0, Math.abs(second / first - 1) < 1e-4, Math.abs(mean / first - 1) < 1e-4); // true true true
disposePrediction(prediction);
console.log(tf.memory().numTensors - before); // 0
