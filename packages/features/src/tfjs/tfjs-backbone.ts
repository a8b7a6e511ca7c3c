import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import { type BackboneStep, selectLayers, stepInputs, totalStride } from '../backbone';
import type { FeatureExtractor, FeatureMap } from '../extractor';
import type { Preprocessing } from '../preprocessing';
import { type BackboneWeights, weightTensor } from '../weights';
import { featureMaps, preprocess, type TensorFeatureExtractor } from './tensor-features';

/** Which part of a backbone to run. */
export interface TfjsBackboneOptions {
  /** Whose features to return, in the order wanted. Default the backbone's `defaultLayers`. */
  readonly layers?: readonly string[];
}

/** A step with what it takes to run it. */
interface RunnableStep {
  readonly step: BackboneStep;
  /** Names of steps whose outputs it takes; undefined is the image. */
  readonly inputs: readonly (string | undefined)[];
  /** Outputs that nothing takes after it. */
  readonly spent: readonly (string | undefined)[];
  /** Of a convolution. */
  readonly kernel?: tf.Tensor4D;
  readonly bias?: tf.Tensor1D;
}

/**
 * A backbone on TensorFlow.js.
 *
 * Images are of any size of which the deepest layer makes a pixel (4x4 for VGG-19 up to conv3_4, 16x16 for a residual network
 * up to layer3); what the weights want of them is made inside. Differentiable with respect to the images; the weights are no
 * variables and never train.
 *
 * @example
 * const backbone = new TfjsBackbone(randomWeights(vgg19, 0));
 * backbone.tensorFeatures(tf.zeros([1, 64, 64, 3])).map((f) => f.shape); // [1, 64, 64, 64], [1, 32, 32, 128], [1, 16, 16, 256]
 */
export class TfjsBackbone implements FeatureExtractor, TensorFeatureExtractor {
  readonly layers: readonly string[];
  /** What made the results: name, hash and, of random weights, the seed. */
  readonly weights: Pick<BackboneWeights, 'name' | 'sha256' | 'seed'>;
  readonly #title: string;
  readonly #preprocessing: Preprocessing;
  readonly #steps: readonly RunnableStep[];
  /** Height and width that images have at least. */
  readonly #smallest: number;
  #disposed = false;

  /**
   * @throws WeightsError when a tensor is missing or of another shape.
   * @throws RangeError when `layers` is empty, names a layer twice, or one that the backbone does not have.
   */
  constructor(weights: BackboneWeights, options: TfjsBackboneOptions = {}) {
    const { backbone, name, sha256, seed, preprocessing, tensors } = weights;
    const { layers, steps } = selectLayers(backbone, options.layers);
    this.layers = layers;
    this.weights = seed === undefined ? { name, sha256 } : { name, sha256, seed };
    this.#title = backbone.title;
    this.#preprocessing = preprocessing;
    this.#smallest = totalStride(steps);
    const parts = steps.map((step) =>
      step.op === 'conv'
        ? {
            kernel: weightTensor(backbone, tensors, `${step.name}/kernel`),
            bias: weightTensor(backbone, tensors, `${step.name}/bias`),
          }
        : undefined,
    );
    const seen = new Set<string | undefined>(layers);
    const runnable: RunnableStep[] = [];
    // From the end, where the first to take an output is the last to need it.
    for (const [index, step] of [...steps.entries()].reverse()) {
      const inputs = stepInputs(steps, index);
      const spent = inputs.filter((input) => !seen.has(input));
      for (const input of inputs) seen.add(input);
      runnable.unshift({ step, inputs, spent, ...onEngine(parts[index]) });
    }
    this.#steps = runnable;
  }

  features(images: ImageBatch): Promise<FeatureMap[]> {
    return featureMaps(this, images);
  }

  /** One tensor a layer, in the order of `layers`, values at least 0; the caller owns them. */
  tensorFeatures(x: tf.Tensor4D): tf.Tensor4D[] {
    if (this.#disposed) {
      throw new Error(`${this.#title}: expected a network in use, received a disposed one`);
    }
    const [, height, width, channels] = x.shape;
    const least = this.#smallest;
    if (x.rank !== 4 || channels !== 3 || height < least || width < least) {
      throw new RangeError(
        `${this.#title}: expected images [B, >=${least}, >=${least}, 3], received [${x.shape}]`,
      );
    }
    return tf.tidy(() => {
      const outputs = new Map<string | undefined, tf.Tensor4D>();
      const outputOf = (name: string | undefined) => {
        const output = outputs.get(name);
        if (output !== undefined) return output;
        throw new Error(`${this.#title}: expected the output of ${name}, which no earlier step has`);
      };
      outputs.set(undefined, preprocess(x, this.#preprocessing));
      for (const { step, inputs, spent, kernel, bias } of this.#steps) {
        outputs.set(
          step.name,
          tf.tidy(() => run(step, inputs.map(outputOf), kernel, bias)),
        );
        // Freed at once rather than at the end: at full resolution a layer is 16 MiB for every 256x256 image.
        for (const name of spent) outputOf(name).dispose();
      }
      return this.layers.map(outputOf);
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const { kernel, bias } of this.#steps) tf.dispose([kernel, bias]);
  }
}

function onEngine(
  weights: { readonly [part in 'kernel' | 'bias']: ReturnType<typeof weightTensor> } | undefined,
): Pick<RunnableStep, 'kernel' | 'bias'> {
  if (weights === undefined) return {};
  const { kernel, bias } = weights;
  const [height = 0, width = 0, inputs = 0, filters = 0] = kernel.shape;
  return {
    kernel: tf.keep(tf.tensor4d(kernel.data, [height, width, inputs, filters])),
    bias: tf.keep(tf.tensor1d(bias.data)),
  };
}

/**
 * Plain operations rather than a layers model: a model's weights are variables that a caller's optimiser would train, and
 * the fused operation is one kernel on WebGL, WebGPU and wasm and as fast as three on the native backend.
 */
function run(
  step: BackboneStep,
  [x, other]: readonly tf.Tensor4D[],
  kernel: tf.Tensor4D | undefined,
  bias: tf.Tensor1D | undefined,
): tf.Tensor4D {
  if (x !== undefined && step.op === 'maxPool') {
    return tf.maxPool(padded(x, step.padding), step.size, step.stride, 'valid');
  }
  if (x !== undefined && other !== undefined && step.op === 'add') {
    const sum = tf.add<tf.Tensor4D>(x, other);
    return step.relu ? tf.relu(sum) : sum;
  }
  if (x === undefined || step.op !== 'conv' || kernel === undefined || bias === undefined) {
    throw new Error(`expected inputs and weights of ${step.name}, received none`);
  }
  // With a stride, TensorFlow's own padding is not the same on both sides.
  const same = step.stride === 1 && 2 * step.padding === step.kernel - 1;
  return tf.fused.conv2d({
    x: same ? x : padded(x, step.padding),
    filter: kernel,
    strides: step.stride,
    pad: same ? 'same' : 'valid',
    bias,
    activation: step.relu ? 'relu' : 'linear',
  });
}

/** With zeros on each side. */
function padded(x: tf.Tensor4D, padding: number): tf.Tensor4D {
  if (padding === 0) return x;
  const sides: [number, number] = [padding, padding];
  return tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
}
