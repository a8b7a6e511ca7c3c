import * as tf from '@tensorflow/tfjs';
import { rank4 } from '../../rank4';
import type { Operation } from '../operation';
import { avgPool, maxPool, maxPoolGradient, type PoolGeometry } from '../reference/pooling';

type Shape4 = readonly [number, number, number, number];

const HALVING: PoolGeometry = { window: 2, stride: 2, pad: 'valid' };
const QUARTERING: PoolGeometry = { window: 4, stride: 4, pad: 'valid' };
const SMOOTHING: PoolGeometry = { window: 3, stride: 1, pad: 'same' };
const OVERLAPPING: PoolGeometry = { window: 3, stride: 2, pad: 'same' };

const label = ({ window, stride, pad }: PoolGeometry, shape: Shape4) =>
  `${window}x${window} stride ${stride} ${pad}, [${shape}]`;

/** Takes values and moves them, so both ways exactly; where windows overlap, a few values of dy are added. */
function max(shape: Shape4, geometry: PoolGeometry, short = false): Operation {
  return {
    op: 'maxPool',
    label: label(geometry, shape),
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.maxPool(rank4(x), geometry.window, geometry.stride, geometry.pad),
    reference: (x) => maxPool(x, geometry),
    gradients: { x: (dy, x) => maxPoolGradient(dy, x, geometry) },
    tolerance: 0,
    gradientTolerance: geometry.window > geometry.stride ? 1e-6 : 0,
    short,
  };
}

/** A window of equal values: dy goes to its first one, row by row, as in TensorFlow and PyTorch. */
function ties(geometry: PoolGeometry, shape: Shape4): Operation {
  const count = shape.reduce((product, side) => product * side, 1);
  return {
    ...max(shape, geometry),
    label: `${label(geometry, shape)}, ties: the first value of a window takes all of dy`,
    // After a ReLU whole regions are 0; and thirds of the values, so that there are ties above 0 as well.
    inputs: [
      {
        name: 'x',
        shape,
        values: Array.from({ length: count }, (_, place) => Math.max(0, ((place * 7) % 5) - 2) / 2),
      },
    ],
  };
}

function avg(shape: Shape4, geometry: PoolGeometry, short = false): Operation {
  return {
    op: 'avgPool',
    label: label(geometry, shape),
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.avgPool(rank4(x), geometry.window, geometry.stride, geometry.pad),
    reference: (x) => avgPool(x, geometry),
    // With padding the gradient is wrong at the border on cpu and wasm (TensorFlow.js 4.22); no package has such a layer.
    differentiable: geometry.pad === 'valid',
    tolerance: 1e-6,
    short,
  };
}

export const poolings: readonly Operation[] = [
  max([2, 6, 8, 3], HALVING, true),
  max([1, 8, 8, 8], HALVING),
  max([3, 7, 5, 2], HALVING),
  max([2, 8, 12, 4], QUARTERING, true),
  max([1, 16, 16, 3], QUARTERING),
  max([2, 6, 5, 3], SMOOTHING, true),
  max([1, 8, 8, 8], SMOOTHING),
  max([2, 7, 8, 3], OVERLAPPING),
  max([1, 9, 9, 2], { window: 3, stride: 2, pad: 'valid' }),
  max([1, 7, 9, 2], { window: 2, stride: 2, pad: 'same' }),
  ties(HALVING, [2, 6, 6, 3]),
  ties(QUARTERING, [2, 8, 8, 2]),
  ties(SMOOTHING, [2, 6, 6, 3]),
  avg([2, 6, 8, 3], HALVING, true),
  avg([1, 8, 8, 4], QUARTERING),
  avg([2, 5, 6, 2], SMOOTHING),
  avg([1, 7, 8, 2], OVERLAPPING),
];
