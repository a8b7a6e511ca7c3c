// The perceptual distance as a loss: a network of your own learns to sharpen what was blurred. Run as
//
//   node perceptual-loss.mjs [--vgg19 PATH] [--steps 60]
//
// PATH holds VGG-19 weights: a .safetensors file, or a folder with weights_manifest.json. Without it random ones lead.
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { randomWeights, vgg19 } from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { useBackend } from '@utad/runtime/node';

const { values } = parseArgs({
  options: { vgg19: { type: 'string' }, steps: { type: 'string', default: '60' } },
});
await useBackend({ training: true });

const weights = values.vgg19 === undefined ? randomWeights(vgg19, 0) : await readWeights(vgg19, values.vgg19);
// Deep layers cost most of the time and matter least where edges are wanted.
const vgg = new TfjsBackbone(weights, { layers: ['conv1_2', 'conv2_2'] });
const scorer = new PerceptualScorer(vgg, { normalize: 'unit' });

// Circles and their blurred copies, [8, 32, 32, 3].
const sharp = tf.tidy(() => {
  const [rows, columns] = [tf.range(0, 32).reshape([1, 32, 1]), tf.range(0, 32).reshape([1, 1, 32])];
  const centre = (/** @type {number} */ seed) => tf.randomUniform([8, 1, 1], 10, 22, 'float32', seed);
  const distance = tf.sqrt(tf.add(tf.square(tf.sub(rows, centre(1))), tf.square(tf.sub(columns, centre(2)))));
  const circles = tf.cast(tf.less(distance, 8), 'float32').expandDims(3); // [8, 32, 32, 1]
  return /** @type {tf.Tensor4D} */ (tf.tile(circles, [1, 1, 1, 3]));
});
const blurred = tf.avgPool(sharp, 5, 1, 'same');

// The network adds to what it is given.
const input = tf.input({ shape: [32, 32, 3] });
const options = /** @type {const} */ ({ kernelSize: 5, padding: 'same', activation: 'relu' });
const hidden = tf.layers
  .conv2d({ ...options, filters: 16, kernelInitializer: tf.initializers.heNormal({ seed: 3 }) })
  .apply(input);
const change = tf.layers
  .conv2d({ filters: 3, kernelSize: 5, padding: 'same', kernelInitializer: 'zeros' })
  .apply(/** @type {tf.SymbolicTensor} */ (hidden));
const model = tf.model({
  inputs: input,
  outputs: /** @type {tf.SymbolicTensor} */ (
    tf.layers.add().apply([input, /** @type {tf.SymbolicTensor} */ (change)])
  ),
});

// The targets do not change, so they go through VGG-19 once. Its own weights never train: they are no variables.
const reference = scorer.reference(sharp);
const optimizer = tf.train.adam(3e-3);
const loss = () =>
  scorer.distance(/** @type {tf.Tensor4D} */ (model.apply(blurred, { training: true })), reference);
const steps = Number(values.steps);
for (let step = 0; step <= steps; step++) {
  if (step % Math.ceil(steps / 3) === 0) {
    const value = tf.tidy(loss);
    console.log(`step ${step}: distance ${value.dataSync()[0]?.toFixed(4)}`);
    value.dispose();
  }
  optimizer.minimize(() => loss());
}
const [before, after] = tf.tidy(() =>
  [blurred, /** @type {tf.Tensor} */ (model.predict(blurred))].map(
    (images) => tf.mean(tf.abs(tf.sub(images, sharp))).dataSync()[0],
  ),
);
console.log(`mean difference of pixels: ${before?.toFixed(4)} before, ${after?.toFixed(4)} after`);

for (const held of [reference, vgg, model, optimizer, sharp, blurred]) held.dispose();
