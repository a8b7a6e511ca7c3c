// Any network can measure instead of VGG-19: here, layers of a TensorFlow.js model. Run as
//
//   node custom-backbone.mjs
import * as tf from '@tensorflow/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { useBackend } from '@utad/runtime/node';

/**
 * The outputs of some layers of a model, as a feature extractor.
 *
 * @param {tf.LayersModel} model takes `[B, H, W, 3]` in [0, 1]; what it wants instead, such as [-1, 1], belongs in here.
 * @param {readonly string[]} layers
 * @returns {import('@utad/perceptual').FeatureExtractor}
 */
function layersOf(model, layers) {
  const outputs = layers.flatMap((name) => model.getLayer(name).output);
  const cut = tf.model({ inputs: model.inputs, outputs });
  return {
    layers,
    features: (x) => tf.tidy(() => /** @type {tf.Tensor4D[]} */ ([cut.predict(x)].flat())),
    dispose: () => model.dispose(),
  };
}

await useBackend();

// Stands for a trained one: `await tf.loadLayersModel(url)` gives MobileNet or your own in its place.
const seed = (/** @type {number} */ n) => tf.initializers.heNormal({ seed: n });
const options = /** @type {const} */ ({ kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' });
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      ...options,
      filters: 8,
      inputShape: [32, 32, 3],
      kernelInitializer: seed(1),
      name: 'fine',
    }),
    tf.layers.conv2d({ ...options, filters: 16, kernelInitializer: seed(2), name: 'coarse' }),
  ],
});
const extractor = layersOf(model, ['fine', 'coarse']);
const scorer = new PerceptualScorer(extractor, { layerWeights: [1, 0.5] });

const plain = tf.fill([1, 32, 32, 3], 0.5);
const spotted = tf.pad(
  tf.zeros([1, 4, 4, 3]),
  [
    [0, 0],
    [20, 8],
    [6, 22],
    [0, 0],
  ],
  0.5,
);
const a = /** @type {tf.Tensor4D} */ (plain);
const map = scorer.anomalyMap(a, /** @type {tf.Tensor4D} */ (spotted)); // [1, 32, 32]
const [at = 0] = map.flatten().argMax().dataSync();
console.log(
  `the spot at rows 20 to 23, columns 6 to 9 is seen at row ${Math.floor(at / 32)}, column ${at % 32}`,
);
console.log(`a distance of equal images: ${scorer.distance(a, a).dataSync()[0]}`);
extractor.dispose();
