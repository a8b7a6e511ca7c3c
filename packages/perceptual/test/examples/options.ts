import * as tf from '@tensorflow/tfjs';
import { LayersModelFeatures } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';

const model = tf.sequential({
  layers: [
    tf.layers.averagePooling2d({ poolSize: 2, inputShape: [null, null, 3], name: 'coarse' }),
    tf.layers.averagePooling2d({ poolSize: 2, name: 'coarser' }),
  ],
});
const extractor = new LayersModelFeatures(model, ['coarse', 'coarser']);
const scorer = new PerceptualScorer(extractor, {
  difference: 'l2',
  layerWeights: [1, 0.5],
  channelWeights: [
    [1, 0, 0],
    [1, 1, 1],
  ], // of coarse features only red counts
});
const golden = scorer.reference(tf.zeros<tf.Rank.R4>([1, 8, 8, 3])); // goes through the model once
const photos = tf.concat<tf.Tensor4D>([tf.zeros([1, 8, 8, 3]), tf.ones([1, 8, 8, 3])], 0);
console.log(scorer.distances(photos, golden).arraySync()); // [ 0, 2.5 ]
console.log(scorer.distance(photos, golden).arraySync()); // 1.25
golden.dispose();
extractor.dispose();
