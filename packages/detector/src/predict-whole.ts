import { type ImageBatch, resizeBilinear, type Size, sliceOf } from '@utad/core';
import type { AnomalyDetector, MapBatch, Prediction, PredictOptions } from './detector';
import { reduceMaps } from './reduce';

/** A {@link Prediction} with everything that was asked for, whoever computed it. */
export interface WholePrediction extends Prediction {
  /** Empty where no size was asked for. */
  readonly resized: Float32Array;
  readonly reductions: NonNullable<Prediction['reductions']>;
  readonly contributions: NonNullable<Prediction['contributions']>;
  readonly parts: NonNullable<Prediction['parts']>;
  readonly pictures: NonNullable<Prediction['pictures']>;
  readonly differences: NonNullable<Prediction['differences']>;
}

/** Images of another size than a detector takes. */
export class ImageSizeError extends Error {
  override readonly name = 'ImageSizeError';
  /** `size`: there is no other reason. */
  readonly code = 'size';

  constructor(
    /** What the detector takes. */
    readonly expected: Size,
    /** What came. */
    readonly received: Size,
  ) {
    super(`expected images of ${expected.join('x')}, received ${received.join('x')}`);
  }
}

/** @throws ImageSizeError when the images are not of this size. */
export function expectImageSize({ shape: [, height, width] }: ImageBatch, expected: Size): void {
  if (height !== expected[0] || width !== expected[1]) throw new ImageSizeError(expected, [height, width]);
}

/**
 * What a detector says of a batch, all of it: what a detector leaves out that can be computed from the rest (resized maps,
 * their mean and maximum, pixel differences) is computed here on plain data.
 *
 * @throws ImageSizeError when the images are not of the detector's size.
 */
export async function predictWhole(
  detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>,
  images: ImageBatch,
  options: PredictOptions = {},
): Promise<WholePrediction> {
  expectImageSize(images, detector.inputSize);
  const { differences: wanted, resizeTo } = options;
  const prediction = await detector.predict(images, options);
  const { maps, mapSize, scores, pictures = {} } = prediction;
  const count = scores.length;
  return {
    ...prediction,
    resized: prediction.resized ?? resizedMaps(maps, count, mapSize, resizeTo),
    reductions: prediction.reductions ?? {
      mean: reduceMaps(maps, count, 'mean'),
      max: reduceMaps(maps, count, 'max'),
    },
    contributions: prediction.contributions ?? {},
    parts: prediction.parts ?? {},
    pictures,
    differences:
      prediction.differences === undefined
        ? Object.fromEntries(
            Object.entries(pictures)
              .filter(([name]) => wanted === 'all' || wanted?.includes(name))
              .map(([name, picture]) => [name, pixelDifference(images, picture, resizeTo)]),
          )
        : withResized(prediction.differences, images.shape, resizeTo),
  };
}

function resizedMaps(maps: Float32Array, count: number, from: Size, to: Size | undefined): Float32Array {
  if (to === undefined) return new Float32Array();
  const resized = new Float32Array(count * to[0] * to[1]);
  for (let index = 0; index < count; index++) {
    resized.set(resizeBilinear(sliceOf(maps, index, count), from, to), index * to[0] * to[1]);
  }
  return resized;
}

/** Pixel differences, resized where the detector has left that out. */
function withResized(
  differences: Readonly<Record<string, MapBatch>>,
  [count, height, width]: ImageBatch['shape'],
  resizeTo: Size | undefined,
): Readonly<Record<string, MapBatch>> {
  if (resizeTo === undefined) return differences;
  return Object.fromEntries(
    Object.entries(differences).map(([name, difference]): [string, MapBatch] => [
      name,
      {
        ...difference,
        resized: difference.resized ?? resizedMaps(difference.values, count, [height, width], resizeTo),
      },
    ]),
  );
}

/** Mean over channels of |x - picture|, in [0, 1]. */
function pixelDifference(images: ImageBatch, picture: ImageBatch, resizeTo: Size | undefined): MapBatch {
  const [count, height, width] = images.shape;
  const values = new Float32Array(count * height * width);
  for (let pixel = 0; pixel < values.length; pixel++) {
    let sum = 0;
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) {
      sum += Math.abs((images.data[at] ?? 0) - (picture.data[at] ?? 0));
    }
    values[pixel] = sum / (3 * 255);
  }
  return {
    values,
    ...(resizeTo && { resized: resizedMaps(values, count, [height, width], resizeTo) }),
    means: reduceMaps(values, count, 'mean'),
    maxima: reduceMaps(values, count, 'max'),
  };
}
