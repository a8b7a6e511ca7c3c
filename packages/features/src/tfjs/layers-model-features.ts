import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import type { FeatureExtractor, FeatureMap } from '../extractor';
import type { Preprocessing } from '../preprocessing';
import { listed } from '../weights-error';
import { featureMaps, preprocess, type TensorFeatureExtractor } from './tensor-features';

/** How {@link LayersModelFeatures} sees images. */
export interface LayersModelFeaturesOptions {
  /** What the model expects of an image. Default: images as they are, RGB in [0, 1]. */
  preprocessing?: Preprocessing;
}

/**
 * The outputs of some layers of a TensorFlow.js model as features: any backbone.
 *
 * The model becomes the extractor's: its weights are frozen, so that no optimiser trains them by accident, and freed by
 * `dispose`. Layers behave as at inference. Differentiable with respect to the images.
 *
 * @example
 * const mobileNet = await tf.loadLayersModel(url);
 * const extractor = new LayersModelFeatures(mobileNet, ['conv_pw_2_relu', 'conv_pw_5_relu'], {
 *   preprocessing: { name: 'mobilenet', scale: 2, order: 'rgb', mean: [1, 1, 1], deviation: [1, 1, 1] }, // [-1, 1]
 * });
 */
export class LayersModelFeatures implements FeatureExtractor, TensorFeatureExtractor {
  readonly layers: readonly string[];
  readonly #model: tf.LayersModel;
  readonly #taps: tf.LayersModel;
  readonly #preprocessing: Preprocessing | undefined;
  #disposed = false;

  /**
   * @param model takes `[B, H, W, 3]`, of one size or any.
   * @param layers names of layers whose outputs are `[B, h, w, C]`, in the order wanted.
   * @throws RangeError when the model takes something else, or `layers` is empty, names a layer twice, one that the model
   *   does not have, or one whose output has no pixels.
   */
  constructor(
    model: tf.LayersModel,
    layers: readonly string[],
    { preprocessing }: LayersModelFeaturesOptions = {},
  ) {
    checkInput(model);
    checkNames(model, layers);
    this.layers = [...layers];
    this.#model = model;
    this.#preprocessing = preprocessing;
    this.#taps = tf.model({ inputs: model.inputs, outputs: layers.map((name) => pixelsOf(model, name)) });
    model.trainable = false;
  }

  features(images: ImageBatch): Promise<FeatureMap[]> {
    return featureMaps(this, images);
  }

  /**
   * One tensor a layer, in the order of `layers`; the caller owns them.
   *
   * @throws RangeError when images are not what the model takes, or too small for its layers.
   */
  tensorFeatures(x: tf.Tensor4D): tf.Tensor4D[] {
    if (this.#disposed)
      throw new Error('LayersModelFeatures.features: expected a model in use, received a disposed one');
    const [, height, width] = this.#model.inputs[0]?.shape ?? [];
    const [, h, w, channels] = x.shape;
    if (x.rank !== 4 || channels !== 3 || h !== (height ?? h) || w !== (width ?? w)) {
      const message = `LayersModelFeatures.features: expected images [B, ${height ?? 'H'}, ${width ?? 'W'}, 3], received [${x.shape}]`;
      throw new RangeError(message);
    }
    this.#checkSize(x.shape);
    return tf.tidy(() => {
      const input = this.#preprocessing === undefined ? x : preprocess(x, this.#preprocessing);
      const outputs = [this.#taps.apply(input, { training: false })].flat();
      return outputs.filter(isFeature);
    });
  }

  /** Frees the model and its weights. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#model.dispose();
  }

  /** TensorFlow.js itself would go on with outputs of no or negative size. */
  #checkSize(shape: readonly number[]): void {
    const made = this.#taps.computeOutputShape([...shape]);
    const shapes = this.layers.length === 1 ? [made] : made;
    const small = shapes.findIndex((output) =>
      String(output)
        .split(',')
        .some((size) => Number(size) < 1),
    );
    if (small < 0) return;
    const message = `LayersModelFeatures.features: expected images large enough for ${this.layers[small]}, received [${shape}], of which it would make [${shapes[small]}]`;
    throw new RangeError(message);
  }
}

/** As all are, which the constructor has seen to. */
function isFeature(output: unknown): output is tf.Tensor4D {
  return output instanceof tf.Tensor && output.rank === 4;
}

function checkInput({ inputs }: tf.LayersModel): void {
  const shapes = inputs.map(({ shape }) => shape);
  if (shapes.length === 1 && shapes[0]?.length === 4 && shapes[0][3] === 3) return;
  const received = shapes.map((shape) => `[${shape.map((size) => size ?? 'null')}]`).join(', ');
  const message = `LayersModelFeatures: expected a model of one input [B, H, W, 3], received ${received}`;
  throw new RangeError(message);
}

function checkNames(model: tf.LayersModel, layers: readonly string[]): void {
  if (layers.length === 0 || new Set(layers).size !== layers.length) {
    const message = `LayersModelFeatures: expected one layer or more, each once, received [${layers.join(', ')}]`;
    throw new RangeError(message);
  }
  const names = model.layers.map(({ name }) => name);
  const unknown = layers.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const message = `LayersModelFeatures: expected layers of ${listed(names)}, received ${JSON.stringify(unknown)}`;
    throw new RangeError(message);
  }
}

/** The output of a layer, which has to have pixels and channels. */
function pixelsOf(model: tf.LayersModel, name: string): tf.SymbolicTensor {
  const [output, ...others] = [model.getLayer(name).output].flat();
  if (output?.shape.length === 4 && others.length === 0) return output;
  const message = `LayersModelFeatures: expected an output [B, h, w, C] of ${name}, received [${output?.shape.map((size) => size ?? 'null')}]`;
  throw new RangeError(message);
}
