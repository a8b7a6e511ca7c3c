import * as tf from '@tensorflow/tfjs';
import { rank4 } from '../../rank4';
import type { Operation } from '../operation';
import { type ResizeOptions, resizeBilinear, resizeNearest } from '../reference/resize';

type Shape4 = readonly [number, number, number, number];

const CORNER: ResizeOptions = { alignCorners: false, halfPixelCenters: false };
const HALF_PIXEL: ResizeOptions = { alignCorners: false, halfPixelCenters: true };
const ALIGNED: ResizeOptions = { alignCorners: true, halfPixelCenters: false };

function label(shape: Shape4, size: readonly [number, number], options: ResizeOptions): string {
  const centres = options.halfPixelCenters ? ', half-pixel centres' : '';
  return `[${shape}] to ${size.join('x')}${centres}${options.alignCorners ? ', aligned corners' : ''}`;
}

function bilinear(
  shape: Shape4,
  size: readonly [number, number],
  options: ResizeOptions,
  short = false,
): Operation {
  return {
    op: 'image.resizeBilinear',
    label: label(shape, size, options),
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.image.resizeBilinear(rank4(x), [...size], options.alignCorners, options.halfPixelCenters),
    reference: (x) => resizeBilinear(x, size, options),
    // Places between pixels are computed in float32.
    tolerance: 2e-6,
    short,
  };
}

function nearest(
  shape: Shape4,
  size: readonly [number, number],
  options: ResizeOptions,
  short = false,
): Operation {
  return {
    op: 'image.resizeNearestNeighbor',
    label: label(shape, size, options),
    inputs: [{ name: 'x', shape }],
    run: (x) =>
      tf.image.resizeNearestNeighbor(rank4(x), [...size], options.alignCorners, options.halfPixelCenters),
    reference: (x) => resizeNearest(x, size, options),
    tolerance: 0,
    gradientTolerance: 5e-7,
    short,
  };
}

export const resizings: readonly Operation[] = [
  bilinear([2, 3, 4, 2], [6, 8], HALF_PIXEL, true),
  bilinear([1, 4, 4, 3], [16, 16], HALF_PIXEL),
  bilinear([1, 2, 2, 1], [4, 4], HALF_PIXEL),
  bilinear([2, 5, 3, 1], [7, 8], HALF_PIXEL),
  bilinear([1, 8, 6, 2], [4, 3], HALF_PIXEL),
  bilinear([1, 4, 5, 2], [4, 5], HALF_PIXEL),
  bilinear([2, 3, 4, 2], [6, 8], CORNER),
  bilinear([1, 6, 7, 1], [4, 5], CORNER),
  bilinear([2, 3, 4, 2], [5, 7], ALIGNED),
  nearest([2, 3, 4, 3], [6, 8], CORNER, true),
  nearest([1, 2, 3, 8], [8, 12], CORNER),
  nearest([3, 4, 4, 1], [8, 8], CORNER),
  nearest([2, 6, 8, 2], [3, 4], CORNER),
  nearest([2, 3, 4, 2], [6, 8], HALF_PIXEL),
  nearest([1, 6, 9, 2], [4, 6], HALF_PIXEL),
  nearest([2, 3, 4, 2], [5, 7], ALIGNED),
  // Its gradient is not asked for: the stock one of the cpu backend loops without end over images of one pixel.
  { ...nearest([2, 1, 1, 3], [3, 4], ALIGNED), differentiable: false },
];
