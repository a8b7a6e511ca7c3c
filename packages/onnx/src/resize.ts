import type { Size } from '@utad/core';
import type { GraphBuilder } from './graph';

/**
 * Resizes images in a graph as `resizeImage` of `@utad/core` does, byte for byte: a side that shrinks in the whole numbers
 * of libvips, then bilinear interpolation for one that grows.
 *
 * Nothing branches on the size of the images. A side that need not shrink is reduced by a step of one, which keeps every
 * byte; past its end the border is repeated, and the interpolation takes nothing from there.
 *
 * @param images uint8 `[B, H, W, 3]` with any B, H and W from 1; exact for sides up to 100,000 times the new ones.
 * @param to The new size `[h, w]`.
 * @returns A value of the graph: whole numbers from 0 to 255 as float32 `[B, h, w, 3]`.
 * @throws RangeError when a new side is none.
 */
export function addResize(graph: GraphBuilder, images: string, to: Size): string {
  if (to.some((side) => !Number.isSafeInteger(side) || side < 1)) {
    throw new RangeError(`addResize: expected sides in whole pixels from 1, received ${to.join('x')}`);
  }
  const math = new Arithmetic(graph);
  const rows = { axis: 1, from: math.real(math.sides(images, 1, 2)), to: to[0], atOnce: ROWS_AT_ONCE };
  const columns = { axis: 2, from: math.real(math.sides(images, 2, 3)), to: to[1], atOnce: to[1] };
  const fewer = shrink(math, images, rows); // [B, h, W, 3]
  const shrunk = shrink(math, fewer, columns); // [B, h, w, 3]
  return enlarge(math, shrunk, rows, columns);
}

/** As in core: places between two pixels, the unit of weights, and how many rows libvips sums positions over. */
const [PHASES, ONE, ROWS_AT_ONCE] = [64, 2 ** 12, 10];
/** Blocks leave less than a factor of four to the kernel, so no more neighbours have a weight. */
const MOST_TAPS = 9;

/** One axis of the images, and how it changes. */
interface Side {
  readonly axis: number;
  /** Its length, float64 `[1]`. */
  readonly from: string;
  readonly to: number;
  /** How many positions are summed up before the sum starts anew. */
  readonly atOnce: number;
}

/** How one axis shrinks: to means of blocks, then each pixel to a weighted mean of neighbouring ones. */
interface Reduction {
  /** Pixels to a block, float64 `[1]`: 1 where there is no first step. */
  readonly block: string;
  /** How many blocks, the last one perhaps beyond the border, float64 `[1]`. */
  readonly blocks: string;
  /** The blocks of each weighted mean, int64 `[MOST_TAPS, to]`; the border is repeated. */
  readonly sources: string;
  /** Their weights, whole multiples of 1/4096 as float32 `[MOST_TAPS, to]`. */
  readonly weights: string;
}

/** As in core, operation by operation and in float64. */
function reductionOf(math: Arithmetic, side: Side): Reduction {
  const { add, subtract, multiply, divide, min, max, floor } = math;
  const to = min(side.from, side.to);
  const ratio = divide(side.from, to);
  const scale = divide(1, divide(1, ratio));
  const block = max(1, floor(divide(ratio, 2)));
  const blocks = math.of('Ceil', divide(side.from, block));
  const step = divide(scale, block);
  // Taps before the middle one, and as many after it; halves go to the even number.
  const before = math.of('Round', step);
  const excess = divide(subtract(multiply(to, scale), side.from), block);
  const origin = subtract(add(0.5, divide(add(1, excess), 2)), 1);
  const positions = positionsOf(math, side, step, origin);
  const places = math.of('Mod', math.whole(multiply(positions, PHASES * 2)), math.integer(PHASES * 2));
  const phase = divide(floor(divide(add(math.real(places), 1), 2)), PHASES);
  const taps = math.constant([MOST_TAPS, 1], (tap) => tap);
  const wanted = add(subtract(floor(positions), before), taps); // [MOST_TAPS, to]
  const sources = math.whole(max(0, min(subtract(blocks, 1), wanted)));
  const distances = subtract(taps, add(phase, subtract(before, 0.5))); // [MOST_TAPS, to]
  return { block, blocks, sources, weights: triangle(math, distances, step) };
}

/** Where each pixel lies, float64 `[to]`: sums of steps, whose rounding errors decide what lies between two phases. */
function positionsOf(math: Arithmetic, { to, atOnce }: Side, step: string, origin: string): string {
  const { graph } = math;
  const parts = math.constant([Math.ceil(to / atOnce), 1], (part) => part * atOnce + 0.5);
  const indices = math.constant([atOnce], (index) => index);
  const starts = math.subtract(math.multiply(parts, step), origin);
  const terms = math.of('Where', math.of('Equal', indices, 0), starts, step); // [parts, atOnce]
  const sums = math.of('CumSum', terms, math.integer(1));
  const inOneRow = graph.add('Reshape', [sums, graph.integers(-1)]);
  return graph.add('Slice', [inOneRow, graph.integers(0), graph.integers(to)]);
}

/**
 * Weights of triangles whose sides are `step` wide, cut to whole numbers; 0 past the last tap of core.
 *
 * @param distances from the centres, `[MOST_TAPS, to]`.
 */
function triangle(math: Arithmetic, distances: string, step: string): string {
  const { subtract, multiply, divide } = math;
  const shares = math.max(0, subtract(1, math.of('Abs', divide(distances, step))));
  // In order: `ReduceSum` may add in another, with other rounding errors.
  const sum = math.row(math.of('CumSum', shares, math.integer(0)), MOST_TAPS - 1);
  return math.cast(math.floor(multiply(divide(shares, sum), ONE)), FLOAT32);
}

/** Shrinks one axis, where it is longer. What is summed are whole numbers below 2^24, exact in float32. */
function shrink(math: Arithmetic, pixels: string, side: Side): string {
  const { graph, add, multiply } = math;
  const { axis } = side;
  const reduction = reductionOf(math, side);
  const means = meanOf(math, addBlocks(math, pixels, side, reduction), reduction.block);
  let sum = graph.scalar(ONE / 2);
  for (let tap = 0; tap < MOST_TAPS; tap++) {
    const values = graph.add('Gather', [means, math.row(reduction.sources, tap)], { axis });
    sum = add(sum, multiply(values, math.along(side, math.row(reduction.weights, tap))));
  }
  return math.floor(multiply(sum, graph.scalar(1 / ONE)));
}

/** Sums of the blocks along one axis; the last block repeats the border. */
function addBlocks(math: Arithmetic, pixels: string, side: Side, { block, blocks }: Reduction): string {
  const { graph } = math;
  const { axis, from } = side;
  const missing = math.whole(math.subtract(math.multiply(block, blocks), from));
  const pads = graph.add('Concat', [graph.integers(0), missing], { axis: 0 });
  const padded = graph.add('Pad', [pixels, pads, '', graph.integers(axis)], { mode: 'edge' });
  const [outer, inner] = [math.sides(pixels, 0, axis), math.sides(pixels, axis + 1, 4)];
  const shape = graph.add('Concat', [outer, math.whole(blocks), math.whole(block), inner], { axis: 0 });
  const values = math.cast(graph.add('Reshape', [padded, shape]), FLOAT32);
  return graph.add('ReduceSum', [values, graph.integers(axis + 1)], { keepdims: 0 });
}

/** The means of blocks, of their sums: libvips multiplies by a share cut to 24 bits. */
function meanOf(math: Arithmetic, sums: string, block: string): string {
  const { add, multiply, divide, floor } = math;
  const product = multiply(add(math.real(sums), floor(divide(block, 2))), floor(divide(2 ** 24, block)));
  return math.cast(floor(multiply(product, 2 ** -24)), FLOAT32);
}

/** Interpolates in float64 between the two nearest columns and rows; a side that does not grow keeps its bytes. */
function enlarge(math: Arithmetic, pixels: string, rows: Side, columns: Side): string {
  const { add, subtract, multiply, floor } = math;
  const interpolate = (values: string, side: Side): string => {
    const { firsts, seconds, shares } = neighbours(math, side);
    const share = math.along(side, shares);
    const first = math.graph.add('Gather', [values, firsts], { axis: side.axis });
    const second = math.graph.add('Gather', [values, seconds], { axis: side.axis });
    return add(multiply(subtract(1, share), first), multiply(share, second));
  };
  const values = interpolate(interpolate(math.real(pixels), columns), rows);
  // Halves go up. The floor of half more would take the number next below 0.5 up with them.
  const whole = floor(values);
  const isUp = math.of('GreaterOrEqual', subtract(values, whole), 0.5);
  return add(math.cast(whole, FLOAT32), math.cast(isUp, FLOAT32));
}

/** For each of `to` positions the two it lies between, int64 `[to]`, and the second one's share, float64 `[to]`. */
function neighbours(
  math: Arithmetic,
  side: Side,
): { readonly firsts: string; readonly seconds: string; readonly shares: string } {
  const { add, subtract, multiply, divide, min, max } = math;
  const from = min(side.from, side.to);
  const last = subtract(from, 1);
  const centres = math.constant([side.to], (index) => index + 0.5);
  const place = min(last, max(0, subtract(divide(multiply(centres, from), side.to), 0.5)));
  const first = math.floor(place);
  const seconds = math.whole(min(last, add(first, 1)));
  return { firsts: math.whole(first), seconds, shares: subtract(place, first) };
}

/** Numbers of `TensorProto.DataType`, for `Cast`. */
const [FLOAT32, INT64, FLOAT64] = [1, 7, 11];

/** Operators written as arithmetic: a number is a constant of float64. */
class Arithmetic {
  constructor(readonly graph: GraphBuilder) {}

  readonly add = (a: string | number, b: string | number): string => this.of('Add', a, b);
  readonly subtract = (a: string | number, b: string | number): string => this.of('Sub', a, b);
  readonly multiply = (a: string | number, b: string | number): string => this.of('Mul', a, b);
  readonly divide = (a: string | number, b: string | number): string => this.of('Div', a, b);
  readonly min = (a: string | number, b: string | number): string => this.of('Min', a, b);
  readonly max = (a: string | number, b: string | number): string => this.of('Max', a, b);
  readonly floor = (a: string): string => this.of('Floor', a);

  of(op: string, ...operands: readonly (string | number)[]): string {
    const inputs = operands.map((operand) =>
      typeof operand === 'number' ? this.constant([], () => operand) : operand,
    );
    return this.graph.add(op, inputs);
  }

  /** A constant of float64. */
  constant(shape: readonly number[], valueAt: (index: number) => number): string {
    const length = shape.reduce((product, side) => product * side, 1);
    return this.graph.constant(
      Float64Array.from({ length }, (_, index) => valueAt(index)),
      shape,
    );
  }

  /** A constant of int64 without axes. */
  integer(value: number): string {
    return this.graph.constant(BigInt64Array.of(BigInt(value)), []);
  }

  cast(value: string, type: number): string {
    return this.graph.add('Cast', [value], { to: type });
  }

  real(value: string): string {
    return this.cast(value, FLOAT64);
  }

  /** Cut towards zero. */
  whole(value: string): string {
    return this.cast(value, INT64);
  }

  /** The lengths of some axes, int64. */
  sides(value: string, start: number, end: number): string {
    return this.graph.add('Shape', [value], { start, end });
  }

  /** One row of a matrix. */
  row(matrix: string, index: number): string {
    return this.graph.add('Gather', [matrix, this.integer(index)], { axis: 0 });
  }

  /** A value for each pixel of a side, so that it goes with images. */
  along({ axis }: Side, values: string): string {
    return this.graph.add('Reshape', [values, this.graph.integers(-1, ...[1, 1, 1].slice(axis))]);
  }
}
