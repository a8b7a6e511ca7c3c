import * as tf from '@tensorflow/tfjs';
import type { Operation } from '../operation';
import { concat, gather, mirrorPad, pad, reverse, segmentSum, slice, tile } from '../reference/arrangement';

type Shape = readonly number[];
type Paddings = readonly (readonly [number, number])[];

const mutable = (paddings: Paddings): [number, number][] =>
  paddings.map(([before, after]) => [before, after]);
const shown = (paddings: Paddings): string => paddings.map((pair) => pair.join('+')).join(', ');

/** Values move and are not computed with; a gradient may add a few. */
const moving = { tolerance: 0, gradientTolerance: 5e-7 } as const;

function concatenation(shapes: readonly Shape[], axis: number): Operation {
  return {
    ...moving,
    op: 'concat',
    label: `[${shapes.map((shape) => shape.join()).join('] [')}] along axis ${axis}`,
    inputs: shapes.map((shape, index) => ({ name: `part ${index + 1}`, shape })),
    run: (...parts) => tf.concat(parts, axis),
    reference: (...parts) => concat(parts, axis),
  };
}

/** The parts of a split in reverse order, so that each must be the right one. */
function splitting(shape: Shape, sizes: readonly number[], axis: number): Operation {
  const begins = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0));
  return {
    ...moving,
    op: 'split',
    label: `[${shape}] into ${sizes.join(' + ')} along axis ${axis}, put together backwards`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.concat(tf.split(x, [...sizes], axis).toReversed(), axis),
    reference: (x) =>
      concat(
        sizes
          .map((size, index) =>
            slice(x, shape.map(() => 0).with(axis, begins[index] ?? 0), shape.with(axis, size)),
          )
          .reverse(),
        axis,
      ),
  };
}

function unstacking(shape: Shape, axis: number): Operation {
  const count = shape[axis] ?? 0;
  return {
    ...moving,
    op: 'unstack',
    label: `[${shape}] along axis ${axis}, stacked backwards`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.stack(tf.unstack(x, axis).toReversed(), axis),
    reference: (x) =>
      gather(
        x,
        Array.from({ length: count }, (_, place) => count - 1 - place),
        axis,
      ),
  };
}

function slicing(shape: Shape, begin: Shape, size: Shape): Operation {
  return {
    ...moving,
    op: 'slice',
    label: `[${size}] of [${shape}] from [${begin}]`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.slice(x, [...begin], [...size]),
    reference: (x) => slice(x, begin, size),
  };
}

function tiling(shape: Shape, repetitions: Shape): Operation {
  return {
    ...moving,
    op: 'tile',
    label: `[${shape}] by [${repetitions}]`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.tile(x, [...repetitions]),
    reference: (x) => tile(x, repetitions),
  };
}

function gathering(shape: Shape, chosen: readonly number[], axis: number): Operation {
  return {
    ...moving,
    op: 'gather',
    label: `${chosen.join(' ')} of [${shape}] along axis ${axis}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.gather(x, tf.tensor1d([...chosen], 'int32'), axis),
    reference: (x) => gather(x, chosen, axis),
  };
}

function padding(shape: Shape, paddings: Paddings, constant = 0): Operation {
  return {
    ...moving,
    op: 'pad',
    label: `[${shape}] with ${shown(paddings)} of ${constant}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.pad(x, mutable(paddings), constant),
    reference: (x) => pad(x, paddings, constant),
  };
}

function mirroring(shape: Shape, paddings: Paddings, mode: 'reflect' | 'symmetric'): Operation {
  return {
    ...moving,
    op: 'mirrorPad',
    label: `[${shape}] with ${shown(paddings)}, ${mode}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.mirrorPad(x, mutable(paddings), mode),
    reference: (x) => mirrorPad(x, paddings, mode),
  };
}

function reversing(shape: Shape, axes: readonly number[]): Operation {
  return {
    ...moving,
    op: 'reverse',
    label: `[${shape}] along axes ${axes}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.reverse(x, [...axes]),
    reference: (x) => reverse(x, axes),
  };
}

function summing(shape: Shape, segments: readonly number[], count: number): Operation {
  return {
    ...moving,
    op: 'unsortedSegmentSum',
    label: `[${shape}] by ${segments.join(' ')} into ${count}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.unsortedSegmentSum(x, tf.tensor1d([...segments], 'int32'), count),
    reference: (x) => segmentSum(x, segments, count),
    tolerance: 1e-6,
  };
}

function reshaping(shape: Shape, to: Shape): Operation {
  return {
    ...moving,
    op: 'reshape',
    label: `[${shape}] to [${to}]`,
    inputs: [{ name: 'x', shape }],
    run: (x) => tf.reshape(x, [...to]),
    reference: (x) => ({ shape: to, values: x.values }),
  };
}

const AROUND: Paddings = [
  [0, 0],
  [1, 2],
  [2, 1],
  [0, 0],
];

export const arrangements: readonly Operation[] = [
  concatenation(
    [
      [2, 3, 4, 2],
      [2, 3, 4, 3],
    ],
    3,
  ),
  concatenation(
    [
      [1, 5],
      [3, 5],
      [2, 5],
    ],
    0,
  ),
  concatenation([[3], [1], [4]], 0),
  concatenation(
    [
      [2, 1, 3],
      [2, 2, 3],
    ],
    1,
  ),
  splitting([2, 3, 3, 6], [1, 2, 3], 3),
  splitting([5, 4], [2, 3], 0),
  splitting([9], [4, 1, 4], 0),
  unstacking([2, 3, 3, 4], 3),
  unstacking([3, 4], 0),
  slicing([4, 5], [1, 0], [2, 5]),
  slicing([2, 5, 4, 3], [1, 1, 0, 1], [1, 3, 4, 2]),
  slicing([7], [2], [4]),
  tiling([3], [2]),
  tiling([2, 3], [2, 1]),
  tiling([2, 3, 2], [1, 2, 2]),
  tiling([2, 2, 3, 1], [1, 2, 1, 4]),
  tiling([2, 2, 1, 2, 1], [1, 1, 2, 1, 3]),
  tiling([1, 2, 1, 2, 1, 2], [2, 1, 2, 1, 2, 1]),
  gathering([5, 3], [4, 0, 0, 2], 0),
  gathering([2, 6], [5, 1, 1], 1),
  gathering([2, 3, 4, 2], [2, 0], 2),
  padding([2, 3, 4, 2], AROUND),
  padding(
    [3, 4],
    [
      [1, 0],
      [0, 2],
    ],
    0.5,
  ),
  padding([5], [[2, 3]]),
  mirroring([2, 4, 5, 2], AROUND, 'reflect'),
  mirroring([2, 4, 5, 2], AROUND, 'symmetric'),
  mirroring([6], [[3, 5]], 'reflect'),
  mirroring(
    [4, 3],
    [
      [2, 0],
      [1, 2],
    ],
    'reflect',
  ),
  mirroring(
    [4, 3],
    [
      [4, 1],
      [0, 3],
    ],
    'symmetric',
  ),
  reversing([2, 3, 2, 3], [3]),
  reversing([3, 4], [0, 1]),
  summing([6, 4], [2, 0, 0, 3, 2, 0], 5),
  summing([5], [0, 0, 1, 1, 0], 2),
  reshaping([2, 3, 4], [6, 4]),
];
