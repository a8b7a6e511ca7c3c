import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import {
  type AnomalyDetector,
  type Bundle,
  type DetectorKind,
  type Prediction,
  type PredictOptions,
  type Reduction,
  restoreNetworks,
  scoreOf,
} from '@utad/detector';
import type { Images } from '@utad/training';

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

  predict(images: Images, { parts = false }: PredictOptions = {}): Prediction {
    return tf.tidy(() => {
      const [count, height, width] = images.shape;
      const anomalyMap = images.slice([0, 0, 0, 0], [-1, -1, -1, 1]).as3D(count, height, width);
      const mean = scoreOf(anomalyMap, 'mean');
      return {
        anomalyMap,
        score: scoreOf(anomalyMap, this.reduction),
        contributions: { 'part/a': mean.mul<tf.Tensor1D>(0.75), 'part/b': mean.mul<tf.Tensor1D>(0.25) },
        ...(parts && {
          parts: {
            'part/a': anomalyMap.mul<tf.Tensor3D>(0.75),
            'part/b': anomalyMap.mul<tf.Tensor3D>(0.25),
          },
        }),
        intermediates: { half: images.mul<Images>(0.5) },
      };
    });
  }

  networks(): Record<string, tf.LayersModel> {
    return { net: this.network };
  }

  dispose(): void {
    this.network.dispose();
  }
}

/** @param options Of the detectors that it loads, whatever the bundle says. */
export function fakeKind(options: FakeOptions = {}): DetectorKind {
  return {
    kind: 'fake',
    presets: { plain: {} },
    create: async () => new FakeDetector(options),
    async load(bundle: Bundle) {
      const detector = new FakeDetector(options);
      try {
        restoreNetworks(detector.networks(), bundle);
      } catch (error) {
        detector.dispose();
        throw error;
      }
      return detector;
    },
  };
}
