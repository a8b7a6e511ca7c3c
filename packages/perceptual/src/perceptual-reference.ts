import type * as tf from '@tensorflow/tfjs';
import type { TensorFeatureExtractor } from '@utad/features/tfjs';

/**
 * Images whose features are known: made by `PerceptualScorer.reference` and taken wherever images are, so that a fixed
 * reference goes through the network once and not with every comparison. Holds tensors until disposed of.
 */
export class PerceptualReference {
  /** Of the images: `[B, H, W, 3]`. */
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  /** Whose features they are. */
  readonly extractor: TensorFeatureExtractor;
  /** Whether they were brought to norm 1. */
  readonly normalize: 'none' | 'unit';
  #features: readonly tf.Tensor4D[] | undefined;

  /** @param features become the reference's to dispose of. */
  constructor(
    shape: PerceptualReference['shape'],
    features: readonly tf.Tensor4D[],
    { extractor, normalize }: Pick<PerceptualReference, 'extractor' | 'normalize'>,
  ) {
    this.shape = shape;
    this.extractor = extractor;
    this.normalize = normalize;
    this.#features = features;
  }

  /**
   * One tensor `[B, h, w, C]` a layer; they stay the reference's.
   *
   * @throws Error after `dispose`.
   */
  get features(): readonly tf.Tensor4D[] {
    if (this.#features === undefined)
      throw new Error('PerceptualReference: expected one in use, received a disposed one');
    return this.#features;
  }

  /** Frees the features. */
  dispose(): void {
    for (const feature of this.#features ?? []) feature.dispose();
    this.#features = undefined;
  }
}
