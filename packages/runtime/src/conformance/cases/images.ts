import * as tf from '@tensorflow/tfjs';
import { rank4 } from '../../checks';
import { sizeOf } from '../nd-array';
import { type Input, type Operation, ofOne } from '../operation';
import { elementwise, elementwise2 } from '../reference/arrays';
import type { ConvolutionGeometry, PoolGeometry, ResizeOptions } from '../reference/images';
import * as exact from '../reference/images';

/** Sums of products in float32, in whatever order a backend takes them. */
const TOLERANCE = 5e-6;

interface Shapes {
  /** Batch, height, width, channels. */
  readonly x: readonly [number, number, number, number];
  readonly kernel: number;
  readonly filters: number;
  readonly geometry: ConvolutionGeometry;
  readonly short?: boolean;
}

const SAME: ConvolutionGeometry = { stride: 1, pad: 'same' };
const VALID: ConvolutionGeometry = { stride: 1, pad: 'valid' };
const HALVING: ConvolutionGeometry = { stride: 2, pad: 'same' };

// Those of the networks (1x1, 3x3, 5x5 and 7x7 of stride 1, 4x4 of stride 2) with few and many channels, one image and
// several; then what a user's own detector may have.
const CONVOLUTIONS: readonly Shapes[] = [
  { x: [1, 6, 5, 8], kernel: 1, filters: 3, geometry: SAME },
  { x: [3, 4, 4, 16], kernel: 1, filters: 32, geometry: SAME },
  { x: [2, 6, 7, 3], kernel: 3, filters: 8, geometry: SAME, short: true },
  { x: [1, 5, 5, 1], kernel: 3, filters: 1, geometry: SAME },
  { x: [2, 8, 8, 16], kernel: 3, filters: 16, geometry: SAME },
  { x: [3, 2, 3, 40], kernel: 3, filters: 24, geometry: SAME },
  // As many outputs as a power of two, and several pixels of few channels: corrections take another way there.
  { x: [1, 16, 16, 3], kernel: 3, filters: 8, geometry: SAME },
  { x: [1, 16, 16, 3], kernel: 7, filters: 4, geometry: SAME },
  { x: [4, 8, 8, 4], kernel: 5, filters: 8, geometry: SAME },
  { x: [1, 32, 32, 3], kernel: 4, filters: 4, geometry: HALVING },
  { x: [1, 16, 16, 12], kernel: 3, filters: 4, geometry: VALID },
  { x: [1, 9, 7, 3], kernel: 5, filters: 4, geometry: SAME },
  { x: [2, 8, 8, 8], kernel: 5, filters: 3, geometry: SAME, short: true },
  { x: [2, 3, 4, 8], kernel: 5, filters: 8, geometry: SAME },
  { x: [1, 12, 11, 3], kernel: 7, filters: 12, geometry: SAME },
  { x: [2, 8, 8, 6], kernel: 7, filters: 3, geometry: SAME },
  { x: [2, 8, 8, 3], kernel: 4, filters: 8, geometry: HALVING, short: true },
  { x: [1, 10, 6, 8], kernel: 4, filters: 16, geometry: HALVING },
  { x: [3, 9, 7, 4], kernel: 4, filters: 2, geometry: HALVING },
  { x: [2, 9, 8, 3], kernel: 3, filters: 4, geometry: HALVING },
  { x: [1, 9, 9, 2], kernel: 3, filters: 5, geometry: { stride: 2, pad: 'valid' } },
  { x: [2, 6, 8, 4], kernel: 1, filters: 6, geometry: HALVING },
  { x: [1, 16, 12, 3], kernel: 5, filters: 4, geometry: { stride: 4, pad: 'same' } },
  { x: [2, 12, 12, 1], kernel: 4, filters: 3, geometry: { stride: 4, pad: 'valid' } },
];

const DILATED: readonly Shapes[] = [
  { x: [2, 9, 8, 3], kernel: 3, filters: 4, geometry: { ...SAME, dilation: 2 } },
  { x: [1, 12, 11, 8], kernel: 3, filters: 8, geometry: { ...VALID, dilation: 3 } },
];

function convolutionLabel({ x, kernel, filters, geometry: { stride, pad, dilation } }: Shapes): string {
  const steps = stride === 1 ? '' : ` stride ${stride}`;
  const holes = dilation === undefined ? '' : ` dilation ${dilation}`;
  return `${kernel}x${kernel}${steps}${holes} ${pad}, [${x}] to ${filters} channels`;
}

const convolutionInputs = ({ x, kernel, filters }: Shapes): Input[] => [
  { name: 'x', shape: x },
  { name: 'filter', shape: [kernel, kernel, x[3], filters] },
];

function conv2d(shapes: Shapes): Operation {
  const { geometry, short = false } = shapes;
  const { stride, pad, dilation = 1 } = geometry;
  return {
    op: 'conv2d',
    label: convolutionLabel(shapes),
    inputs: convolutionInputs(shapes),
    run: (input, filter) => tf.conv2d(rank4(input), rank4(filter), stride, pad, 'NHWC', dilation),
    reference: (input, filter) => exact.convolution(input, filter, geometry),
    gradients: {
      x: (dy, input, filter) => exact.convolutionInputGradient(dy, filter, input.shape, geometry),
      filter: (dy, input, filter) => exact.convolutionFilterGradient(dy, input, filter.shape, geometry),
    },
    // TensorFlow.js has no gradients of dilated convolutions.
    differentiable: dilation === 1,
    tolerance: TOLERANCE,
    short,
  };
}

const relu = (value: number) => Math.max(0, value);

/** As the layers of a network run it: one kernel with bias and activation. */
function fused(shapes: Shapes, activation: 'relu' | 'linear'): Operation {
  const { geometry, filters } = shapes;
  const { stride, pad } = geometry;
  return {
    op: 'fused.conv2d',
    label: `${convolutionLabel(shapes)}, bias, ${activation}`,
    inputs: [...convolutionInputs(shapes), { name: 'bias', shape: [filters] }],
    run: (input, filter, bias) =>
      tf.fused.conv2d({ x: rank4(input), filter: rank4(filter), bias, strides: stride, pad, activation }),
    reference: (input, filter, bias) => {
      const y = elementwise2(exact.convolution(input, filter, geometry), bias, (sum, b) => sum + b);
      return activation === 'relu' ? elementwise(y, relu) : y;
    },
    tolerance: TOLERANCE,
  };
}

function conv2dTranspose(shapes: Shapes): Operation {
  const { x, kernel, filters, geometry } = shapes;
  const { stride, pad } = geometry;
  const [batch, height, width, channels] = x;
  const shape: [number, number, number, number] = [batch, height * stride, width * stride, filters];
  return {
    op: 'conv2dTranspose',
    label: convolutionLabel(shapes),
    inputs: [
      { name: 'x', shape: x },
      { name: 'filter', shape: [kernel, kernel, filters, channels] },
    ],
    run: (input, filter) => tf.conv2dTranspose(rank4(input), rank4(filter), shape, stride, pad),
    reference: (input, filter) => exact.convolutionInputGradient(input, filter, shape, geometry),
    gradients: {
      x: (dy, _, filter) => exact.convolution(dy, filter, geometry),
      filter: (dy, input, filter) => exact.convolutionFilterGradient(input, dy, filter.shape, geometry),
    },
    tolerance: TOLERANCE,
  };
}

export const convolutions: readonly Operation[] = [
  ...CONVOLUTIONS.map(conv2d),
  ...DILATED.map(conv2d),
  fused({ x: [2, 5, 4, 3], kernel: 3, filters: 4, geometry: SAME }, 'relu'),
  fused({ x: [1, 6, 6, 3], kernel: 4, filters: 4, geometry: HALVING }, 'relu'),
  fused({ x: [2, 4, 4, 8], kernel: 1, filters: 4, geometry: SAME }, 'linear'),
  conv2dTranspose({ x: [2, 4, 3, 4], kernel: 4, filters: 3, geometry: HALVING }),
];

type Shape4 = readonly [number, number, number, number];

const POOL_HALVING: PoolGeometry = { window: 2, stride: 2, pad: 'valid' };
const QUARTERING: PoolGeometry = { window: 4, stride: 4, pad: 'valid' };
const SMOOTHING: PoolGeometry = { window: 3, stride: 1, pad: 'same' };
const OVERLAPPING: PoolGeometry = { window: 3, stride: 2, pad: 'same' };

const poolingLabel = ({ window, stride, pad }: PoolGeometry, shape: Shape4) =>
  `${window}x${window} stride ${stride} ${pad}, [${shape}]`;

/** Takes values and moves them, so both ways exactly; where windows overlap, a few values of dy are added. */
function max(shape: Shape4, geometry: PoolGeometry, short = false): Operation {
  return {
    ...ofOne('maxPool', shape, poolingLabel(geometry, shape)),
    run: (x) => tf.maxPool(rank4(x), geometry.window, geometry.stride, geometry.pad),
    reference: (x) => exact.maxPool(x, geometry),
    gradients: { x: (dy, x) => exact.maxPoolGradient(dy, x, geometry) },
    tolerance: 0,
    gradientTolerance: geometry.window > geometry.stride ? 1e-6 : 0,
    short,
  };
}

/** A window of equal values: dy goes to its first one, row by row, as in TensorFlow and PyTorch. */
function ties(geometry: PoolGeometry, shape: Shape4): Operation {
  return {
    ...max(shape, geometry),
    label: `${poolingLabel(geometry, shape)}, ties: the first value of a window takes all of dy`,
    // After a ReLU whole regions are 0; and thirds of the values, so that there are ties above 0 as well.
    inputs: [{ name: 'x', shape, values: Array.from({ length: sizeOf(shape) }, tiedValue) }],
  };
}

const tiedValue = (_: unknown, place: number): number => Math.max(0, ((place * 7) % 5) - 2) / 2;

function avg(shape: Shape4, geometry: PoolGeometry, short = false): Operation {
  return {
    ...ofOne('avgPool', shape, poolingLabel(geometry, shape)),
    run: (x) => tf.avgPool(rank4(x), geometry.window, geometry.stride, geometry.pad),
    reference: (x) => exact.avgPool(x, geometry),
    // With padding the gradient is wrong at the border on cpu and wasm (TensorFlow.js 4.22); no package has such a layer.
    differentiable: geometry.pad === 'valid',
    tolerance: 1e-6,
    short,
  };
}

export const poolings: readonly Operation[] = [
  max([2, 6, 8, 3], POOL_HALVING, true),
  max([1, 8, 8, 8], POOL_HALVING),
  max([3, 7, 5, 2], POOL_HALVING),
  max([2, 8, 12, 4], QUARTERING, true),
  max([1, 16, 16, 3], QUARTERING),
  max([2, 6, 5, 3], SMOOTHING, true),
  max([1, 8, 8, 8], SMOOTHING),
  max([2, 7, 8, 3], OVERLAPPING),
  max([1, 9, 9, 2], { window: 3, stride: 2, pad: 'valid' }),
  max([1, 7, 9, 2], { window: 2, stride: 2, pad: 'same' }),
  ties(POOL_HALVING, [2, 6, 6, 3]),
  ties(QUARTERING, [2, 8, 8, 2]),
  ties(SMOOTHING, [2, 6, 6, 3]),
  avg([2, 6, 8, 3], POOL_HALVING, true),
  avg([1, 8, 8, 4], QUARTERING),
  avg([2, 5, 6, 2], SMOOTHING),
  avg([1, 7, 8, 2], OVERLAPPING),
];

const CORNER: ResizeOptions = { alignCorners: false, halfPixelCenters: false };
const HALF_PIXEL: ResizeOptions = { alignCorners: false, halfPixelCenters: true };
const ALIGNED: ResizeOptions = { alignCorners: true, halfPixelCenters: false };

type Size = readonly [height: number, width: number];

/** What resizings of either kind are. */
function resizing(
  op: 'resizeBilinear' | 'resizeNearestNeighbor',
  shape: Shape4,
  size: Size,
  { alignCorners, halfPixelCenters }: ResizeOptions,
) {
  const centres = halfPixelCenters ? ', half-pixel centres' : '';
  const label = `[${shape}] to ${size.join('x')}${centres}${alignCorners ? ', aligned corners' : ''}`;
  const run = (x: tf.Tensor) => tf.image[op](rank4(x), [...size], alignCorners, halfPixelCenters);
  return { ...ofOne(`image.${op}`, shape, label), run };
}

const bilinear = (shape: Shape4, size: Size, options: ResizeOptions, short = false): Operation => ({
  ...resizing('resizeBilinear', shape, size, options),
  reference: (x) => exact.resizeBilinear(x, size, options),
  // Places between pixels are computed in float32.
  tolerance: 2e-6,
  short,
});

const nearest = (shape: Shape4, size: Size, options: ResizeOptions, short = false): Operation => ({
  ...resizing('resizeNearestNeighbor', shape, size, options),
  reference: (x) => exact.resizeNearest(x, size, options),
  tolerance: 0,
  gradientTolerance: 5e-7,
  short,
});

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
