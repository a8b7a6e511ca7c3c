import * as tf from '@tensorflow/tfjs';
import { isRank4 } from '../checks';

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

export type Pair = [number, number];
/** Nothing around an axis. */
export const NO_PADS: Pair = [0, 0];
export type Shape4D = [number, number, number, number];
type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
type Rounding = 'floor' | 'round' | 'ceil';

/** A number for both axes, or one each. */
function pairOf({ attrs }: Call, op: string, name: string): Pair {
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

function paddingOf({ attrs }: Call, op: string): Padding {
  const value: unknown = attrs?.pad;
  if (isPadding(value)) return value;
  throw new TypeError(`${op}: expected a padding, received ${JSON.stringify(value)}`);
}

function roundingOf({ attrs }: Call, op: string): Rounding | undefined {
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

/** A convolution or pooling along one axis: output y reads inputs `stride * y - before` to `stride * y - before + kernel - 1`. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros before the input. */
  readonly before: number;
}

/** The two axes of a convolution or pooling. */
export interface Axes {
  readonly rows: Axis;
  readonly columns: Axis;
}

/** Both axes of the pooling that a kernel is called for. */
export function poolingOf(call: Call, op: string, shape: Shape4D): Axes {
  const [size, strides] = [pairOf(call, op, 'filterSize'), pairOf(call, op, 'strides')];
  const [padding, rounding] = [paddingOf(call, op), roundingOf(call, op)];
  return axesOf(tf.backend_util.computePool2DInfo(shape, size, strides, 1, padding, rounding));
}

/**
 * Both axes of the convolution whose gradient a kernel is asked for.
 *
 * @throws Error for channels before pixels, which this backend's forward pass refuses too.
 */
export function convolutionOf(call: Call, op: string, input: Shape4D, filter: Shape4D): Axes {
  if (call.attrs?.dataFormat === 'NCHW') throw new Error(`${op}: expected dataFormat NHWC, received NCHW`);
  const strides = pairOf(call, op, 'strides');
  const [padding, rounding] = [paddingOf(call, op), roundingOf(call, op)];
  return axesOf(tf.backend_util.computeConv2DInfo(input, filter, strides, 1, padding, rounding));
}

function axesOf(info: tf.backend_util.Conv2DInfo): Axes {
  const { inHeight, outHeight, filterHeight, strideHeight, inWidth, outWidth, filterWidth, strideWidth } =
    info;
  const { top, left } = info.padInfo;
  return {
    rows: { input: inHeight, output: outHeight, kernel: filterHeight, stride: strideHeight, before: top },
    columns: { input: inWidth, output: outWidth, kernel: filterWidth, stride: strideWidth, before: left },
  };
}
