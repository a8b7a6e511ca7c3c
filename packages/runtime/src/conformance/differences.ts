import type { NdArray } from './nd-array';

/** Less than the distance of any two numbers of a case, and enough to lose no digits in float64. */
const STEP = 1e-5;
/** Of the largest slope: what a slope may change within two steps before it counts as a kink. */
const KINK = 1e-2;

/** A function of several arrays. */
export type Reference = (...inputs: NdArray[]) => NdArray;

/**
 * The gradient of `Σ dy f(inputs)` with respect to one of the inputs, by central differences in float64.
 *
 * @throws Error where f has a kink: no difference is the gradient there, and the case is at fault.
 */
export function gradientByDifferences(
  f: Reference,
  inputs: readonly NdArray[],
  which: number,
  dy: NdArray,
): NdArray {
  const input = inputs[which];
  if (input === undefined) throw new RangeError(`expected one of ${inputs.length} inputs, received ${which}`);
  const values = Float64Array.from(input.values);
  const moved = inputs.map((array, index) => (index === which ? { shape: array.shape, values } : array));
  const total = () => dot(f(...moved), dy);

  const here = total();
  const gradient = new Float64Array(values.length);
  const bends = new Float64Array(values.length);
  for (const [index, value] of input.values.entries()) {
    values[index] = value + STEP;
    const above = total();
    values[index] = value - STEP;
    const below = total();
    values[index] = value;
    gradient[index] = (above - below) / (2 * STEP);
    bends[index] = Math.abs(above - here - (here - below)) / STEP;
  }
  const steepest = gradient.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 0);
  const kink = bends.findIndex((bend) => bend > KINK * steepest);
  if (kink >= 0) throw new Error(`the reference has a kink at value ${kink} of input ${which}`);
  return { shape: input.shape, values: gradient };
}

/** Σ a b, in the order of the values. */
function dot(a: NdArray, b: NdArray): number {
  if (a.values.length !== b.values.length) {
    throw new RangeError(`expected ${b.values.length} values, received ${a.values.length}`);
  }
  let sum = 0;
  for (const [index, value] of a.values.entries()) sum += value * (b.values[index] ?? 0);
  return sum;
}
