import * as tf from '@tensorflow/tfjs';

type Call = Parameters<tf.KernelFunc>[0];

/** An input of a kernel as the tensor that it is: ops call kernels with tensors, whatever the type says. */
export function inputOf({ inputs }: Call, op: string, name: string): tf.Tensor {
  const input: unknown = inputs[name];
  if (input instanceof tf.Tensor) return input;
  throw new TypeError(`${op}: expected a tensor as input ${name}, received ${typeof input}`);
}

/** An input of rank 4. */
export function imagesOf(call: Call, op: string, name: string): tf.Tensor4D {
  const input = inputOf(call, op, name);
  if (isRank4(input)) return input;
  throw new RangeError(`${op}: expected ${name} of rank 4, received shape [${input.shape}]`);
}

function isRank4(tensor: tf.Tensor): tensor is tf.Tensor4D {
  return tensor.rank === 4;
}

export type Pair = [number, number];
export type Shape4D = [number, number, number, number];
export type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
export type Rounding = 'floor' | 'round' | 'ceil';

/** A number for both axes, or one each. */
export function pairOf({ attrs }: Call, op: string, name: string): Pair {
  const value: unknown = attrs?.[name];
  if (typeof value === 'number') return [value, value];
  if (isNumbers(value)) {
    const [first, second] = value;
    if (first !== undefined && second !== undefined) return [first, second];
  }
  throw new TypeError(`${op}: expected one or two numbers as ${name}, received ${JSON.stringify(value)}`);
}

export function shapeOf({ attrs }: Call, op: string, name: string): Shape4D {
  const value: unknown = attrs?.[name];
  if (isNumbers(value) && isShape4D(value)) return value;
  throw new TypeError(`${op}: expected four numbers as ${name}, received ${JSON.stringify(value)}`);
}

export function paddingOf({ attrs }: Call, op: string): Padding {
  const value: unknown = attrs?.pad;
  if (isPadding(value)) return value;
  throw new TypeError(`${op}: expected a padding, received ${JSON.stringify(value)}`);
}

export function roundingOf({ attrs }: Call, op: string): Rounding | undefined {
  const value: unknown = attrs?.dimRoundingMode;
  if (value === undefined || value === null) return undefined;
  if (value === 'floor' || value === 'round' || value === 'ceil') return value;
  throw new TypeError(`${op}: expected floor, round or ceil, received ${JSON.stringify(value)}`);
}

export function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function isShape4D(shape: number[]): shape is Shape4D {
  return shape.length === 4;
}

function isPadding(value: unknown): value is Padding {
  if (value === 'same' || value === 'valid' || typeof value === 'number') return true;
  return (
    Array.isArray(value) && value.length === 4 && value.every((side) => isNumbers(side) && side.length === 2)
  );
}
