import * as tf from '@tensorflow/tfjs';
import type { ImageBatch, Size, TensorData } from '@utad/core';
import type {
  AnomalyDetector,
  DetectorContext,
  DetectorKind,
  Prediction,
  PredictOptions,
  Reduction,
} from '@utad/detector';
import { predictionOf, reduceMap, restoreWeights, weightsState } from '@utad/detector/tfjs';

export interface FakeOptions {
  readonly inputSize?: Size;
  readonly reduction?: Reduction;
  /** Filters of its only network. Default 2. */
  readonly filters?: number;
  readonly seed?: number;
}

/**
 * A detector whose answers are known: the anomaly map is the red channel, `half` is half the image, and the map is made
 * of three quarters `part/a` and a quarter `part/b`. Its network takes no part in that; it is there to be stored.
 */
export class FakeDetector implements AnomalyDetector {
  readonly kind = 'fake';
  readonly config: unknown;
  readonly inputSize: Size;
  readonly reduction: Reduction;
  readonly network: tf.LayersModel;
  readonly assets = { vgg19: { name: 'a feather', sha256: 'ab'.repeat(32), seed: 4 } };

  constructor({ inputSize = [1, 1], reduction = 'max', filters = 2, seed = 1 }: FakeOptions = {}) {
    this.config = { inputSize, reduction, filters };
    this.inputSize = inputSize;
    this.reduction = reduction;
    this.network = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [...inputSize, 3],
          filters,
          kernelSize: 3,
          padding: 'same',
          kernelInitializer: tf.initializers.glorotNormal({ seed }),
          name: 'fake_conv',
        }),
        tf.layers.batchNormalization({ name: 'fake_norm' }),
      ],
    });
  }

  async fit(): Promise<{ stages: [] }> {
    return { stages: [] };
  }

  async predict(images: ImageBatch, options: PredictOptions = {}): Promise<Prediction> {
    return predictionOf(images, options, (x) => {
      const [count, height, width] = x.shape;
      const map = x.slice([0, 0, 0, 0], [-1, -1, -1, 1]).as3D(count, height, width);
      return {
        map,
        score: reduceMap(map, this.reduction),
        parts: { 'part/a': map.mul<tf.Tensor3D>(0.75), 'part/b': map.mul<tf.Tensor3D>(0.25) },
        pictures: { half: x.mul<tf.Tensor4D>(0.5) },
      };
    });
  }

  async state(): Promise<ReadonlyMap<string, TensorData>> {
    return weightsState({ net: this.network });
  }

  dispose(): void {
    this.network.dispose();
  }
}

/** @param options Of the detectors that it restores, whatever the bundle says. */
export function fakeKind(options: FakeOptions = {}): DetectorKind {
  return {
    kind: 'fake',
    presets: { plain: {} },
    create: async () => new FakeDetector(options),
    async restore(state: ReadonlyMap<string, TensorData>, _config: unknown, _context?: DetectorContext) {
      const detector = new FakeDetector(options);
      try {
        restoreWeights({ net: detector.network }, state);
      } catch (error) {
        detector.dispose();
        throw error;
      }
      return detector;
    },
  };
}
