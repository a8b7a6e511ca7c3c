import * as tf from '@tensorflow/tfjs';
import type { TensorFeatureExtractor } from '@utad/features/tfjs';
import type { Images } from '@utad/layers';

/** Features small enough to compute by hand: the images themselves, and the means of their 2x2 blocks. Counts its calls. */
export class PoolExtractor implements TensorFeatureExtractor {
  readonly layers: readonly string[] = ['pixels', 'blocks'];
  readonly batches: number[] = [];

  tensorFeatures(x: Images): tf.Tensor4D[] {
    this.batches.push(x.shape[0]);
    return [x.clone(), tf.avgPool(x, 2, 2, 'valid')];
  }

  dispose(): void {}
}

/** Only the means of 2x2 blocks. */
export class BlockExtractor implements TensorFeatureExtractor {
  readonly layers: readonly string[] = ['blocks'];

  tensorFeatures(x: Images): tf.Tensor4D[] {
    return [tf.avgPool(x, 2, 2, 'valid')];
  }

  dispose(): void {}
}
