import * as tf from '@tensorflow/tfjs';
import type { FeatureExtractor, Images } from './extractor';

/** How {@link PerceptualScorer} weighs features. */
export interface PerceptualScorerOptions {
  /** What each layer's distance is multiplied by, in the extractor's order; at least 0. Default 1 each. */
  layerWeights?: readonly number[];
  /** `unit` divides the features of each pixel by their Euclidean norm over channels, as LPIPS does. Default `none`. */
  normalize?: 'none' | 'unit';
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
 * memory in proportion.
 */
const pixelsAtOnce = 4 * 256 * 256;

/** Measures how different images look, by the features that a network finds in them. */
export class PerceptualScorer {
  /** Whose features are compared. */
  readonly extractor: FeatureExtractor;
  /** One a layer, in the extractor's order. */
  readonly layerWeights: readonly number[];
  /** Whether features are brought to norm 1 first. */
  readonly normalize: 'none' | 'unit';

  /**
   * @param extractor stays the caller's to dispose of.
   * @throws RangeError when there is not one finite weight of at least 0 for each layer.
   */
  constructor(
    extractor: FeatureExtractor,
    { layerWeights = extractor.layers.map(() => 1), normalize = 'none' }: PerceptualScorerOptions = {},
  ) {
    const valid = layerWeights.every((weight) => Number.isFinite(weight) && weight >= 0);
    if (!valid || layerWeights.length !== extractor.layers.length) {
      throw new RangeError(
        `PerceptualScorer: expected layerWeights of at least 0 for ${extractor.layers.join(', ')}, received [${layerWeights}]`,
      );
    }
    this.extractor = extractor;
    this.layerWeights = [...layerWeights];
    this.normalize = normalize;
  }

  /**
   * How different two batches look: `Σ_l w_l mean |φ_l(a) - φ_l(b)|`, the mean over batch, pixels and channels. 0 for
   * equal images, higher for more different ones; differentiable with respect to both.
   *
   * @param a `[B, H, W, 3]` in [0, 1].
   * @param b of the same shape.
   * @throws RangeError when the shapes differ.
   */
  distance(a: Images, b: Images): tf.Scalar {
    return tf.tidy(() => tf.addN(this.#terms('distance', a, b)));
  }

  /**
   * What each layer has of the distance: `[L]`, in the extractor's order, weights applied. They add up to `distance`.
   *
   * @throws RangeError when the shapes differ.
   */
  distancePerLayer(a: Images, b: Images): tf.Tensor1D {
    return tf.tidy(() => tf.stack(this.#terms('distancePerLayer', a, b)).as1D());
  }

  /**
   * Where images differ (Eq. 8): `e = Σ_l w_l Σ_pairs φ_l(pair)`, φ_l being the L1 distance of layer l's features averaged
   * over channels and resized to H x W bilinearly with half-pixel centres. Each image goes through the extractor once,
   * however many pairs it is in. Not for losses: the gradient of that resizing is wrong on the native backend.
   *
   * @param images by name, each `[B, H, W, 3]` in [0, 1]; those in no pair are ignored.
   * @param pairs of names.
   * @returns maps that the caller owns.
   * @throws RangeError when there are no pairs or the shapes differ.
   *
   * @example
   * const { total } = scorer.maps({ x, m, r }, [['x', 'r'], ['x', 'm']]);
   */
  maps<K extends string>(images: Record<K, Images>, pairs: readonly (readonly [K, K])[]): PerceptualMaps {
    const names = [...new Set(pairs.flat())];
    if (names.length === 0)
      throw new RangeError('PerceptualScorer.maps: expected one pair or more, received none');
    const used = Object.fromEntries(names.map((name) => [name, images[name]]));
    const [batch, height, width] = checkShapes('maps', used);
    const step = Math.max(1, Math.floor(pixelsAtOnce / (names.length * height * width)));
    const indices = pairs.map(([p, q]) => [names.indexOf(p), names.indexOf(q)] as const);

    return tf.tidy(() => {
      const parts: tf.Tensor4D[][] = [];
      for (let start = 0; start < batch; start += step) {
        const count = Math.min(step, batch - start);
        const part = Object.values(used).map((image) =>
          tf.slice(image, [start, 0, 0, 0], [count, -1, -1, -1]),
        );
        parts.push(this.#pairMaps(part, indices, [height, width]));
      }
      const layers = this.extractor.layers.map((_, l) =>
        tf.concat(
          parts.map((part) => at(part, l)),
          0,
        ),
      ); // L x [B, H, W, P]
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
  anomalyMap(a: Images, b: Images): tf.Tensor3D {
    return tf.tidy(() => this.maps({ a, b }, [['a', 'b']]).total);
  }

  /** One a layer: the mean of |φ(a) - φ(b)|, weighted. */
  #terms(method: string, a: Images, b: Images): tf.Scalar[] {
    checkShapes(method, { a, b });
    // Two passes, not one of both: where one side is a fixed target, nothing then flows back through its half.
    const featuresOfB = this.#features(b);
    return this.#features(a).map((f, l) => {
      const g = at(featuresOfB, l);
      // |f - g| by way of abs would have a gradient of -1 where f = g in TensorFlow.js; this has 0.
      const difference = tf.sub(tf.maximum(f, g), tf.minimum(f, g));
      return tf.mul(tf.mean(difference), at(this.layerWeights, l)).asScalar();
    });
  }

  /** A tensor `[b, H, W, P]` a layer, weighted, of `b` samples of each image. */
  #pairMaps(
    images: readonly tf.Tensor4D[],
    pairs: readonly (readonly [number, number])[],
    size: [number, number],
  ): tf.Tensor4D[] {
    return tf.tidy(() => {
      const all = tf.concat([...images], 0); // [n * b, H, W, 3]
      const features = this.#features(all);
      return features.map((feature, l) =>
        tf.tidy(() => {
          const each = tf.split<tf.Tensor4D>(feature, images.length, 0); // n x [b, h, w, C]
          const maps = pairs.map(([p, q]) => channelDistance(at(each, p), at(each, q))); // P x [b, h, w, 1]
          const weighted = tf.mul<tf.Tensor4D>(tf.concat(maps, 3), at(this.layerWeights, l)); // [b, h, w, P]
          return tf.image.resizeBilinear(weighted, size, false, true); // [b, H, W, P]
        }),
      );
    });
  }

  #features(x: Images): tf.Tensor4D[] {
    const features = this.extractor.features(x);
    if (features.length !== this.layerWeights.length) {
      throw new RangeError(
        `PerceptualScorer: expected features of ${this.extractor.layers.join(', ')}, received ${features.length} tensors`,
      );
    }
    return this.normalize === 'unit' ? features.map(unit) : features;
  }
}

/** Mean over channels of |a - b|: `[B, H, W, 1]`. */
function channelDistance(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.mean<tf.Tensor4D>(tf.abs(tf.sub(a, b)), 3, true));
}

/** Features of norm 1 over channels. The small number keeps pixels without any feature at 0, with a finite gradient. */
function unit(feature: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.mul(feature, tf.rsqrt(tf.add(tf.sum(tf.square(feature), 3, true), 1e-10))));
}

function checkShapes(
  method: string,
  images: Record<string, Images>,
): [batch: number, height: number, width: number] {
  const entries = Object.entries(images);
  const [first] = entries;
  const shape = first?.[1]?.shape ?? [];
  const [batch, height, width] = shape;
  const same = entries.every(([, image]) => String(image?.shape) === String(shape));
  if (!same || batch === undefined || height === undefined || width === undefined) {
    const received = entries.map(([name, image]) => `${name} [${image?.shape}]`).join(', ');
    throw new RangeError(
      `PerceptualScorer.${method}: expected images of one shape [B, H, W, 3], received ${received}`,
    );
  }
  return [batch, height, width];
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`expected an index below ${items.length}, received ${index}`);
  return item;
}
