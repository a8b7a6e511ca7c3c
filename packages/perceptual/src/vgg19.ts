import * as tf from '@tensorflow/tfjs';
import type { Images } from '@utad/layers';
import { type FeatureExtractor, preprocess } from './extractor';
import type { Preprocessing } from './preprocessing';
import { shortLayerName, type Vgg19Layer, type Vgg19Weights, vgg19Layers, weightTensor } from './weights';

/** Which part of VGG-19 to run. */
export interface Vgg19Options {
  /** Whose features to return, as `conv1_2` or `block1_conv2`. Default conv1_2, conv2_2 and conv3_4, the paper's. */
  layers?: readonly string[];
}

interface Convolution extends Pick<Vgg19Layer, 'name' | 'pooled'> {
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/**
 * VGG-19's features after ReLU, up to conv3_4 (Simonyan and Zisserman 2015).
 *
 * Images are `[B, H, W, 3]`, RGB in [0, 1], of at least 4x4 pixels; what the weights want instead is made inside. conv1_x
 * features are `[B, H, W, 64]`, conv2_x `[B, H/2, W/2, 128]`, conv3_x `[B, H/4, W/4, 256]`, sizes rounded down, fewer
 * channels where the weights are narrower, values at least 0. Differentiable with respect to the images; the weights are
 * no variables and never train.
 *
 * @example
 * const vgg = new Vgg19(randomVgg19Weights(0));
 * vgg.features(tf.zeros([1, 64, 64, 3])).map((f) => f.shape); // [1, 64, 64, 64], [1, 32, 32, 128], [1, 16, 16, 256]
 */
export class Vgg19 implements FeatureExtractor {
  readonly layers: readonly string[];
  /** What made the results: name, hash and, of random weights, the seed. */
  readonly weights: Pick<Vgg19Weights, 'name' | 'sha256' | 'seed'>;
  readonly #preprocessing: Preprocessing;
  readonly #network: readonly Convolution[];
  #disposed = false;

  /**
   * @throws WeightsError when a tensor is missing or of another shape.
   * @throws RangeError when `layers` is empty, names a layer twice, or one that VGG-19 up to conv3_4 does not have.
   */
  constructor(weights: Vgg19Weights, { layers = ['conv1_2', 'conv2_2', 'conv3_4'] }: Vgg19Options = {}) {
    this.layers = layers.map(shortLayerName);
    const depth = depthOf(this.layers);
    const { name, sha256, seed } = weights;
    this.weights = seed === undefined ? { name, sha256 } : { name, sha256, seed };
    this.#preprocessing = weights.preprocessing;
    const parts = vgg19Layers.slice(0, depth).map(({ name, pooled }) => ({
      name,
      pooled,
      kernel: weightTensor(weights.tensors, `${name}/kernel`),
      bias: weightTensor(weights.tensors, `${name}/bias`),
    }));
    this.#network = parts.map(({ kernel, bias, ...layer }) => {
      const [height = 0, width = 0, inputs = 0, filters = 0] = kernel.shape;
      return {
        ...layer,
        kernel: tf.keep(tf.tensor4d(kernel.data, [height, width, inputs, filters])),
        bias: tf.keep(tf.tensor1d(bias.data)),
      };
    });
  }

  /** One tensor a layer, in the order of `layers`; the caller owns them. */
  features(x: Images): tf.Tensor4D[] {
    if (this.#disposed) throw new Error('Vgg19.features: expected a network in use, received a disposed one');
    const [, height, width, channels] = x.shape;
    if (x.rank !== 4 || channels !== 3 || height < 4 || width < 4) {
      throw new RangeError(`Vgg19.features: expected images [B, >=4, >=4, 3], received [${x.shape}]`);
    }
    return tf.tidy(() => {
      const features: tf.Tensor4D[] = [];
      let y = preprocess(x, this.#preprocessing);
      let wanted = false;
      for (const layer of this.#network) {
        const input = y;
        y = convolve(input, layer);
        // Freed at once rather than at the end: at full resolution a layer is 16 MiB for every 256x256 image.
        if (!wanted) input.dispose();
        const index = this.layers.indexOf(layer.name);
        wanted = index >= 0;
        if (wanted) features[index] = y;
      }
      return features;
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const { kernel, bias } of this.#network) tf.dispose([kernel, bias]);
  }
}

/**
 * Plain operations rather than a layers model: a model's weights are variables that a caller's optimiser would train, and
 * the fused operation is one kernel on WebGL, WebGPU and wasm and as fast as three on the native backend.
 */
function convolve(x: tf.Tensor4D, { pooled, kernel, bias }: Convolution): tf.Tensor4D {
  return tf.tidy(() =>
    tf.fused.conv2d({
      x: pooled ? tf.maxPool(x, 2, 2, 'valid') : x,
      filter: kernel,
      strides: 1,
      pad: 'same',
      bias,
      activation: 'relu',
    }),
  );
}

/** How many convolutions it takes to reach all these layers. */
function depthOf(layers: readonly string[]): number {
  const names = vgg19Layers.map((layer) => layer.name);
  const unknown = layers.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const message = `Vgg19: expected layers of ${names.join(', ')}, received ${JSON.stringify(unknown)}`;
    throw new RangeError(message);
  }
  if (layers.length === 0 || new Set(layers).size !== layers.length) {
    throw new RangeError(`Vgg19: expected one layer or more, each once, received [${layers.join(', ')}]`);
  }
  return 1 + Math.max(...layers.map((name) => names.indexOf(name)));
}
