import * as tf from '@tensorflow/tfjs';
import { type AnomalyDetector, disposePrediction, scoreOf } from '@utad/detector';
import type { Images } from '@utad/training';

const darknessOf = (x: Images) => tf.sub<tf.Tensor3D>(1, x.mean(3)); // [B, H, W]
const detector: AnomalyDetector = {
  kind: 'darkness',
  config: {},
  inputSize: [1, 2],
  reduction: 'max',
  fit: async () => ({ stages: [] }), // nothing to learn
  predict: (x) =>
    tf.tidy(() => {
      const anomalyMap = darknessOf(x);
      return { anomalyMap, score: scoreOf(anomalyMap, 'max'), intermediates: {} };
    }),
  networks: () => ({}),
  dispose: () => {},
};
const images = tf.tensor4d([1, 1, 1, 0.5, 0.25, 0], [1, 1, 2, 3]);
const prediction = detector.predict(images);
console.log([...prediction.anomalyMap.dataSync()], [...prediction.score.dataSync()]); // [ 0, 0.75 ] [ 0.75 ]
disposePrediction(prediction);
