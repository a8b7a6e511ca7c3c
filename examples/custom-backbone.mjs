// Any network can measure instead of VGG-19: here, layers of a TensorFlow.js model of MobileNet's kind. Run as
//
//   node custom-backbone.mjs
import * as tf from '@tensorflow/tfjs';
import { LayersModelFeatures } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { useBackend } from '@utad/runtime/node';

await useBackend();

// Stands for a trained one: `await tf.loadLayersModel(url)` gives MobileNet or your own in its place.
const seed = (/** @type {number} */ n) => tf.initializers.heNormal({ seed: n });
const input = tf.input({ shape: [null, null, 3] });
let x = /** @type {tf.SymbolicTensor} */ (
  tf.layers
    .conv2d({
      filters: 8,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      kernelInitializer: seed(1),
      name: 'stem',
    })
    .apply(input)
);
for (const [name, filters, strides] of /** @type {const} */ ([
  ['block1', 16, 1],
  ['block2', 32, 2],
])) {
  const layers = [
    tf.layers.depthwiseConv2d({
      kernelSize: 3,
      strides,
      padding: 'same',
      depthwiseInitializer: seed(2),
      name: `${name}_depthwise`,
    }),
    tf.layers.batchNormalization({ name: `${name}_norm` }),
    tf.layers.conv2d({ filters, kernelSize: 1, kernelInitializer: seed(3), name: `${name}_pointwise` }),
    tf.layers.reLU({ maxValue: 6, name: `${name}_relu` }),
  ];
  for (const layer of layers) x = /** @type {tf.SymbolicTensor} */ (layer.apply(x));
}
const model = tf.model({ inputs: input, outputs: x });

// MobileNet wants [-1, 1]. From here on the model is the extractor's: frozen, and freed with it.
const extractor = new LayersModelFeatures(model, ['block1_relu', 'block2_relu'], {
  preprocessing: { name: 'mobilenet', scale: 2, order: 'rgb', mean: [1, 1, 1], deviation: [1, 1, 1] },
});
const scorer = new PerceptualScorer(extractor, { layerWeights: [1, 0.5] });

const plain = /** @type {tf.Tensor4D} */ (tf.fill([1, 32, 32, 3], 0.5));
const spotted = /** @type {tf.Tensor4D} */ (
  tf.pad(
    tf.zeros([1, 4, 4, 3]),
    [
      [0, 0],
      [20, 8],
      [6, 22],
      [0, 0],
    ],
    0.5,
  )
);
// What many images are compared with goes through the network once.
const reference = scorer.reference(plain);
const map = scorer.anomalyMap(spotted, reference); // [1, 32, 32]
const [at = 0] = map.flatten().argMax().dataSync();
console.log(
  `the spot at rows 20 to 23, columns 6 to 9 is seen at row ${Math.floor(at / 32)}, column ${at % 32}`,
);
console.log(`a distance of equal images: ${scorer.distance(plain, reference).dataSync()[0]}`);
reference.dispose();
extractor.dispose();
