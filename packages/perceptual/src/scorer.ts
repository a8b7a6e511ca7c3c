import * as tf from '@tensorflow/tfjs';
import type { TensorFeatureExtractor } from '@utad/features/tfjs';
import type { Images } from '@utad/layers';
import { PerceptualReference } from './perceptual-reference';

/** How {@link PerceptualScorer} weighs features. */
export interface PerceptualScorerOptions {
  /** What each layer's distance is multiplied by, in the extractor's order; at least 0. Default 1 each. */
  layerWeights?: readonly number[];
  /**
   * For each layer what the difference of each of its channels counts, at least 0: the linear layers of LPIPS, which
   * `channelWeightsFromSafetensors` reads. Weighted differences are summed. Default the mean over channels.
   */
  channelWeights?: readonly (readonly number[] | Float32Array)[];
  /** `l1` compares features by |a - b|, as Eq. 8 does; `l2` by (a - b)², as LPIPS does. Default `l1`. */
  difference?: Difference;
  /** `unit` divides the features of each pixel by their Euclidean norm over channels, as LPIPS does. Default `none`. */
  normalize?: 'none' | 'unit';
  /** What becomes of the pixels of an image in distances: their mean, or the largest of each layer. Default `mean`. */
  reduction?: 'mean' | 'max';
}

/** What {@link PerceptualScorer.maps} returns; each map is `[B, H, W]`, at least 0, higher where images differ more. */
export interface PerceptualMaps {
  /** The sum over layers and pairs. */
  readonly total: tf.Tensor3D;
  /** One a layer, in the extractor's order, its weight applied: they add up to `total`. */
  readonly perLayer: tf.Tensor3D[];
  /** One a pair, in the order given: they add up to `total`. */
  readonly perPair: tf.Tensor3D[];
}

/**
 * Pixels that go through the extractor at once: one set of four 256x256 images. More is no faster on a CPU and takes
 * memory in proportion; one image after the other is slower by a tenth.
 */
const pixelsAtOnce = 4 * 256 * 256;

/** Measures how different images look, by the features that a network finds in them. Holds no tensors. */
export class PerceptualScorer {
  /** Whose features are compared. */
  readonly extractor: TensorFeatureExtractor;
  /** One a layer, in the extractor's order. */
  readonly layerWeights: readonly number[];
  /** For each layer one a channel; undefined where channels are averaged. */
  readonly channelWeights: readonly (readonly number[] | Float32Array)[] | undefined;
  /** How features are compared. */
  readonly difference: Difference;
  /** Whether features are brought to norm 1 first. */
  readonly normalize: 'none' | 'unit';
  /** What becomes of the pixels of an image in distances. */
  readonly reduction: 'mean' | 'max';

  /**
   * @param extractor stays the caller's to dispose of.
   * @throws RangeError when there is not one finite weight of at least 0 for each layer, or channel weights are not so.
   */
  constructor(
    extractor: TensorFeatureExtractor,
    {
      layerWeights = extractor.layers.map(() => 1),
      channelWeights,
      difference = 'l1',
      normalize = 'none',
      reduction = 'mean',
    }: PerceptualScorerOptions = {},
  ) {
    checkOptions(extractor.layers, layerWeights, channelWeights);
    this.extractor = extractor;
    this.layerWeights = [...layerWeights];
    this.channelWeights = channelWeights?.map((weights) => Float32Array.from(weights));
    this.difference = difference;
    this.normalize = normalize;
    this.reduction = reduction;
  }

  /**
   * How different two batches look: `Σ_l w_l mean |φ_l(a) - φ_l(b)|`, the mean over batch, pixels and channels, unless the
   * options say otherwise of difference, channels or pixels. 0 for equal images, higher for more different ones;
   * differentiable with respect to both.
   *
   * @param a `[B, H, W, 3]` in [0, 1], or a reference.
   * @param b of the same shape; a reference may also be one image for all of `a`'s.
   * @throws RangeError when the shapes differ.
   */
  distance(a: Images | PerceptualReference, b: Images | PerceptualReference): tf.Scalar {
    return tf.tidy(() => tf.mean<tf.Scalar>(tf.addN(this.#terms('distance', a, b))));
  }

  /**
   * The distance of each image of a batch from its counterpart: `[B]`, whose mean is `distance`; differentiable.
   *
   * @throws RangeError when the shapes differ.
   */
  distances(a: Images | PerceptualReference, b: Images | PerceptualReference): tf.Tensor1D {
    return tf.tidy(() => tf.addN(this.#terms('distances', a, b)));
  }

  /**
   * What each layer has of the distance: `[L]`, in the extractor's order, weights applied. They add up to `distance`.
   *
   * @throws RangeError when the shapes differ.
   */
  distancePerLayer(a: Images | PerceptualReference, b: Images | PerceptualReference): tf.Tensor1D {
    return tf.tidy(() => tf.mean<tf.Tensor1D>(tf.stack(this.#terms('distancePerLayer', a, b)), 1));
  }

  /**
   * Images that are compared with others more than once: their features, to be given wherever images are. Fixed: nothing
   * flows back to the images.
   *
   * @param images `[B, H, W, 3]` in [0, 1], or `[1, H, W, 3]` to be compared with every image of a batch.
   * @returns a reference that the caller disposes of; tidy does not. VGG-19 has 29 MB for an image of 256x256.
   *
   * @example
   * const reference = scorer.reference(good);
   * const map = scorer.anomalyMap(photo, reference);
   * reference.dispose();
   */
  reference(images: Images): PerceptualReference {
    const [batch, height, width] = commonShape('reference', { images });
    const features = tf.tidy(() => {
      const parts = chunks(batch, height * width).map(([start, count]) =>
        this.#featuresOf(samples(images, start, count)),
      );
      return this.layerWeights.map((_, l) => tf.keep(joined(parts, l)));
    });
    return new PerceptualReference([batch, height, width, 3], features, this);
  }

  /**
   * Where images differ (Eq. 8): `e = Σ_l w_l Σ_pairs φ_l(pair)`, φ_l being the distance of layer l's features, over
   * channels, resized to H x W bilinearly with half-pixel centres. Each image goes through the extractor once, however
   * many pairs it is in, references not at all. Not for losses: the gradient of that resizing is wrong on the native
   * backend.
   *
   * @param images by name, each `[B, H, W, 3]` in [0, 1] or a reference; those in no pair are ignored.
   * @param pairs of names.
   * @returns maps that the caller owns.
   * @throws RangeError when there are no pairs or the shapes differ.
   *
   * @example
   * const { total } = scorer.maps({ x, m, r }, [['x', 'r'], ['x', 'm']]);
   */
  maps<K extends string>(
    images: Record<K, Images | PerceptualReference>,
    pairs: readonly (readonly [K, K])[],
  ): PerceptualMaps {
    const names = [...new Set(pairs.flat())];
    if (names.length === 0)
      throw new RangeError('PerceptualScorer.maps: expected one pair or more, received none');
    const used = Object.fromEntries(names.map((name) => [name, images[name]]));
    const [batch, height, width] = commonShape('maps', used);
    const indices = pairs.map(([p, q]) => [names.indexOf(p), names.indexOf(q)] as const);

    return tf.tidy(() => {
      const parts = chunks(batch, names.length * height * width).map(([start, count]) =>
        this.#pairMaps(Object.values(used), indices, { start, count, size: [height, width] }),
      );
      const layers = this.layerWeights.map((_, l) => joined(parts, l)); // L x [B, H, W, P]
      const perLayer = layers.map((map) => tf.sum<tf.Tensor3D>(map, 3));
      const perPair = tf.unstack(tf.addN(layers), 3).map((map) => map.as3D(batch, height, width));
      return { total: tf.addN(perLayer), perLayer, perPair };
    });
  }

  /**
   * Where two batches differ: `maps` of one pair. `[B, H, W]`, at least 0, higher where they differ more; the caller's.
   *
   * @throws RangeError when the shapes differ.
   */
  anomalyMap(a: Images | PerceptualReference, b: Images | PerceptualReference): tf.Tensor3D {
    return tf.tidy(() => this.maps({ a, b }, [['a', 'b']]).total);
  }

  /** One a layer: the distance of each image, `[B]`, weighted. */
  #terms(method: string, a: Images | PerceptualReference, b: Images | PerceptualReference): tf.Tensor1D[] {
    commonShape(method, { a, b });
    // Two passes, not one of both: where one side is a fixed target, nothing then flows back through its half.
    const featuresOfB = this.#featuresOf(b);
    return this.#featuresOf(a).map((f, l) => {
      const pixels = this.#layerDistance(f, at(featuresOfB, l), l, true); // [B, h, w, 1]
      const axes = [1, 2, 3];
      const value = this.reduction === 'max' ? tf.max(pixels, axes) : tf.mean(pixels, axes);
      return tf.mul<tf.Tensor1D>(value, at(this.layerWeights, l));
    });
  }

  /** A tensor `[count, H, W, P]` a layer, weighted, of some samples of each image. */
  #pairMaps(
    images: readonly (Images | PerceptualReference)[],
    pairs: readonly (readonly [number, number])[],
    { start, count, size }: { start: number; count: number; size: [number, number] },
  ): tf.Tensor4D[] {
    return tf.tidy(() => {
      const features = this.#featuresOfAll(images, start, count);
      return this.layerWeights.map((weight, l) =>
        tf.tidy(() => {
          const maps = pairs.map(([p, q]) => {
            const map = this.#layerDistance(at(at(features, p), l), at(at(features, q), l), l, false);
            // Of two references of one image each.
            return map.shape[0] === count ? map : tf.tile(map, [count, 1, 1, 1]);
          }); // P x [count, h, w, 1]
          const weighted = tf.mul<tf.Tensor4D>(tf.concat(maps, 3), weight); // [count, h, w, P]
          return tf.image.resizeBilinear(weighted, size, false, true); // [count, H, W, P]
        }),
      );
    });
  }

  #layerDistance(f: tf.Tensor4D, g: tf.Tensor4D, l: number, forLoss: boolean): tf.Tensor4D {
    const channelWeights = this.channelWeights?.[l];
    checkChannels(at(this.extractor.layers, l), channelWeights, f.shape[3]);
    return layerDistance(f, g, { difference: this.difference, channelWeights, forLoss });
  }

  /** Features of some samples of each image; all images but references go through the extractor together. */
  #featuresOfAll(
    images: readonly (Images | PerceptualReference)[],
    start: number,
    count: number,
  ): (readonly tf.Tensor4D[])[] {
    const fresh = images.filter((image): image is Images => !(image instanceof PerceptualReference));
    const found =
      fresh.length === 0
        ? []
        : this.#featuresOf(
            tf.concat(
              fresh.map((image) => samples(image, start, count)),
              0,
            ),
          ).map((layer) => tf.split<tf.Tensor4D>(layer, fresh.length, 0));
    let next = 0;
    return images.map((image) => {
      if (image instanceof PerceptualReference) {
        return this.#featuresOf(image).map((feature) => samples(feature, start, count));
      }
      const index = next++;
      return found.map((layer) => at(layer, index));
    });
  }

  #featuresOf(x: Images | PerceptualReference): readonly tf.Tensor4D[] {
    if (x instanceof PerceptualReference) {
      checkReference(x, this);
      return x.features;
    }
    const features = this.extractor.tensorFeatures(x);
    if (features.length !== this.layerWeights.length) {
      const message = `PerceptualScorer: expected features of ${this.extractor.layers.join(', ')}, received ${features.length} tensors`;
      throw new RangeError(message);
    }
    return this.normalize === 'unit' ? features.map(unitLength) : features;
  }
}

/** One layer of all parts of a batch; without a copy where there is one part. */
function joined(parts: readonly (readonly tf.Tensor4D[])[], l: number): tf.Tensor4D {
  const layer = parts.map((part) => at(part, l));
  return layer.length === 1 ? at(layer, 0).clone() : tf.concat(layer, 0);
}

/** `count` of them from `start` on; a single one stands for all. */
function samples(tensor: tf.Tensor4D, start: number, count: number): tf.Tensor4D {
  const [batch] = tensor.shape;
  return batch === 1 || batch === count ? tensor : tf.slice(tensor, [start, 0, 0, 0], [count, -1, -1, -1]);
}

/** Where parts of a batch begin, and how many samples they have. */
function chunks(batch: number, pixels: number): [start: number, count: number][] {
  const step = Math.max(1, Math.floor(pixelsAtOnce / pixels));
  const parts: [number, number][] = [];
  for (let start = 0; start < batch; start += step) parts.push([start, Math.min(step, batch - start)]);
  return parts;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`expected an index below ${items.length}, received ${index}`);
  return item;
}

/** @throws RangeError when layer or channel weights do not fit the layers. */
function checkOptions(
  layers: readonly string[],
  layerWeights: readonly number[],
  channelWeights: readonly (readonly number[] | Float32Array)[] | undefined,
): void {
  const unfit = (option: string, received: string) =>
    new RangeError(
      `PerceptualScorer: expected ${option} of at least 0 for ${layers.join(', ')}, received ${received}`,
    );
  if (!areWeights(layerWeights) || layerWeights.length !== layers.length)
    throw unfit('layerWeights', `[${layerWeights}]`);
  if (channelWeights === undefined) return;
  const wrong = channelWeights.find((weights) => !areWeights(weights));
  if (wrong !== undefined) throw unfit('channelWeights', `[${wrong.slice(0, 8)}]`);
  if (channelWeights.length !== layers.length)
    throw unfit('channelWeights', `those of ${channelWeights.length} layers`);
}

function areWeights(weights: readonly number[] | Float32Array): boolean {
  return weights.every((weight) => Number.isFinite(weight) && weight >= 0);
}

/** @throws RangeError when there is not one weight for each channel. */
function checkChannels(
  layer: string,
  weights: readonly number[] | Float32Array | undefined,
  channels: number,
): void {
  if (weights === undefined || weights.length === channels) return;
  const message = `PerceptualScorer: expected ${channels} channelWeights for ${layer}, received ${weights.length}`;
  throw new RangeError(message);
}

/** @throws RangeError when its features are not those that the scorer would have found. */
function checkReference(
  reference: PerceptualReference,
  scorer: Pick<PerceptualReference, 'extractor' | 'normalize'>,
): void {
  const same = reference.extractor === scorer.extractor;
  if (same && reference.normalize === scorer.normalize) return;
  const message = `PerceptualScorer: expected a reference of its extractor and normalize: ${scorer.normalize}, received one of ${same ? `normalize: ${reference.normalize}` : 'another extractor'}`;
  throw new RangeError(message);
}

/**
 * The shape that all share; references of one image fit any batch.
 *
 * @throws RangeError when there is none.
 */
function commonShape(
  method: string,
  images: Record<string, Images | PerceptualReference | undefined>,
): [batch: number, height: number, width: number] {
  const entries = Object.entries(images);
  const batches = entries.map(([, image]) => image?.shape[0] ?? 0);
  const largest = Math.max(...batches);
  const [, height = 0, width = 0] = entries[0]?.[1]?.shape ?? [];
  const same = entries.every(([, image], i) => {
    const single = image instanceof PerceptualReference && batches[i] === 1;
    return String(image?.shape) === String([single ? 1 : largest, height, width, 3]);
  });
  if (same) return [largest, height, width];
  const received = entries.map(([name, image]) => `${name} [${image?.shape}]`).join(', ');
  const message = `PerceptualScorer.${method}: expected images of one shape [B, H, W, 3], received ${received}`;
  throw new RangeError(message);
}

/** `l1` is |a - b|, as in Eq. 8; `l2` is (a - b)², as in LPIPS. */
export type Difference = 'l1' | 'l2';

/** How far apart features of one layer are at each pixel. */
interface LayerDistanceOptions {
  readonly difference: Difference;
  /** What the difference of each channel counts, summed; without them channels are averaged. */
  readonly channelWeights: readonly number[] | Float32Array | undefined;
  /** A gradient of 0 where features are equal, for one operation more: TensorFlow.js's abs has -1 there. */
  readonly forLoss: boolean;
}

/**
 * The difference of two layers' features, put together over channels: `[B, h, w, 1]`, at least 0.
 *
 * @param a `[B, h, w, C]`.
 * @param b likewise, or of one sample for all of `a`'s.
 */
function layerDistance(
  a: tf.Tensor4D,
  b: tf.Tensor4D,
  { difference, channelWeights, forLoss }: LayerDistanceOptions,
): tf.Tensor4D {
  return tf.tidy(() => {
    const apart = difference === 'l2' ? tf.squaredDifference<tf.Tensor4D>(a, b) : absolute(a, b, forLoss);
    if (channelWeights === undefined) return tf.mean<tf.Tensor4D>(apart, 3, true);
    const [batch, height, width, channels] = apart.shape;
    const column = tf.tensor2d(Float32Array.from(channelWeights), [channels, 1]);
    return tf.matMul(tf.reshape(apart, [-1, channels]), column).as4D(batch, height, width, 1);
  });
}

function absolute(a: tf.Tensor4D, b: tf.Tensor4D, forLoss: boolean): tf.Tensor4D {
  return forLoss ? tf.sub(tf.maximum(a, b), tf.minimum(a, b)) : tf.abs(tf.sub<tf.Tensor4D>(a, b));
}

/**
 * Features of norm 1 over channels, as LPIPS has them. The small number keeps pixels without any feature at 0, with a
 * finite gradient; inside the root it is, other than in LPIPS, felt only by features smaller than 1e-4.
 */
function unitLength(feature: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.mul(feature, tf.rsqrt(tf.add(tf.sum(tf.square(feature), 3, true), 1e-10))));
}
