import * as tf from '@tensorflow/tfjs';
import { rank4 } from '../../rank4';
import type { Operation } from '../operation';
import { elementwise, elementwise2 } from '../reference/broadcast';
import {
  type ConvolutionGeometry,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
} from '../reference/convolution';

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

function label({ x, kernel, filters, geometry: { stride, pad, dilation } }: Shapes): string {
  const steps = stride === 1 ? '' : ` stride ${stride}`;
  const holes = dilation === undefined ? '' : ` dilation ${dilation}`;
  return `${kernel}x${kernel}${steps}${holes} ${pad}, [${x}] to ${filters} channels`;
}

function conv2d(shapes: Shapes): Operation {
  const { x, kernel, filters, geometry, short = false } = shapes;
  const { stride, pad, dilation = 1 } = geometry;
  return {
    op: 'conv2d',
    label: label(shapes),
    inputs: [
      { name: 'x', shape: x },
      { name: 'filter', shape: [kernel, kernel, x[3], filters] },
    ],
    run: (input, filter) => tf.conv2d(rank4(input), rank4(filter), stride, pad, 'NHWC', dilation),
    reference: (input, filter) => convolution(input, filter, geometry),
    gradients: {
      x: (dy, input, filter) => convolutionInputGradient(dy, filter, input.shape, geometry),
      filter: (dy, input, filter) => convolutionFilterGradient(dy, input, filter.shape, geometry),
    },
    // TensorFlow.js has no gradients of dilated convolutions.
    differentiable: dilation === 1,
    tolerance: TOLERANCE,
    short,
  };
}

const relu = (value: number) => Math.max(0, value);

/** As the layers of a network run it: one kernel with bias and activation. */
function fused({ x, kernel, filters, geometry }: Shapes, activation: 'relu' | 'linear'): Operation {
  const { stride, pad } = geometry;
  return {
    op: 'fused.conv2d',
    label: `${label({ x, kernel, filters, geometry })}, bias, ${activation}`,
    inputs: [
      { name: 'x', shape: x },
      { name: 'filter', shape: [kernel, kernel, x[3], filters] },
      { name: 'bias', shape: [filters] },
    ],
    run: (input, filter, bias) =>
      tf.fused.conv2d({ x: rank4(input), filter: rank4(filter), bias, strides: stride, pad, activation }),
    reference: (input, filter, bias) => {
      const y = elementwise2(convolution(input, filter, geometry), bias, (sum, b) => sum + b);
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
    label: label(shapes),
    inputs: [
      { name: 'x', shape: x },
      { name: 'filter', shape: [kernel, kernel, filters, channels] },
    ],
    run: (input, filter) => tf.conv2dTranspose(rank4(input), rank4(filter), shape, stride, pad),
    reference: (input, filter) => convolutionInputGradient(input, filter, shape, geometry),
    gradients: {
      x: (dy, _, filter) => convolution(dy, filter, geometry),
      filter: (dy, input, filter) => convolutionFilterGradient(input, dy, filter.shape, geometry),
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
