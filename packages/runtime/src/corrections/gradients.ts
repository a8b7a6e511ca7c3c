import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from './correction';
import { imagesOf, isNumbers, type Pair } from './read-call';

interface ResizeOptions {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Which inputs make one output along an axis, and with what weight. */
type Sources = readonly (readonly [index: number, weight: number])[];

type SourcesOf = (output: number, inputSize: number, outputSize: number, options: ResizeOptions) => Sources;

function scaleOf(inputSize: number, outputSize: number, { alignCorners }: ResizeOptions): number {
  return alignCorners && outputSize > 1 ? (inputSize - 1) / (outputSize - 1) : inputSize / outputSize;
}

/** As the forward pass of TensorFlow.js picks them. */
const nearestSources: SourcesOf = (output, inputSize, outputSize, options) => {
  const scale = scaleOf(inputSize, outputSize, options);
  const place = options.halfPixelCenters ? scale * (output + 0.5) : scale * output;
  const index = options.alignCorners ? Math.round(place) : Math.floor(place);
  return [[Math.min(inputSize - 1, index), 1]];
};

const bilinearSources: SourcesOf = (output, inputSize, outputSize, options) => {
  const scale = scaleOf(inputSize, outputSize, options);
  const place = Math.max(0, options.halfPixelCenters ? scale * (output + 0.5) - 0.5 : scale * output);
  const lower = Math.min(inputSize - 1, Math.floor(place));
  const upper = Math.min(inputSize - 1, lower + 1);
  const share = place - Math.floor(place);
  return [
    [lower, 1 - share],
    [upper, share],
  ];
};

/** The resizing of one axis as a matrix, `[outputSize, inputSize]`. */
function matrix(
  sources: SourcesOf,
  inputSize: number,
  outputSize: number,
  options: ResizeOptions,
): tf.Tensor2D {
  const values = new Float32Array(outputSize * inputSize);
  for (let output = 0; output < outputSize; output++) {
    for (const [index, weight] of sources(output, inputSize, outputSize, options)) {
      const at = output * inputSize + index;
      values[at] = (values[at] ?? 0) + weight;
    }
  }
  return tf.tensor2d(values, [outputSize, inputSize]);
}

/**
 * The gradient of resizing, by the transposed matrices of its two axes: right for every option, whatever kernels of
 * its own a backend has.
 *
 * @param dy `[B, newHeight, newWidth, C]`
 * @returns `[B, height, width, C]`
 */
function resizeGradient(
  dy: tf.Tensor4D,
  [height, width]: readonly [number, number],
  sources: SourcesOf,
  options: ResizeOptions,
): tf.Tensor4D {
  const [batch, newHeight, newWidth, channels] = dy.shape;
  return tf.tidy(() => {
    const columns = tf
      .matMul(
        dy.transpose([0, 1, 3, 2]).reshape([batch * newHeight * channels, newWidth]),
        matrix(sources, width, newWidth, options),
      )
      .reshape([batch, newHeight, channels * width]); // [B, newHeight, C * width]
    return tf
      .matMul(
        columns.transpose([0, 2, 1]).reshape([batch * channels * width, newHeight]),
        matrix(sources, height, newHeight, options),
      )
      .reshape([batch, channels, width, height])
      .transpose<tf.Tensor4D>([0, 3, 2, 1]); // [B, height, width, C]
  });
}

/** With which options the kernel of a backend is right: none, those without half-pixel centres, or the defaults. */
type Trusted = 'never' | 'whole pixels' | 'plain';

/** A gradient kernel of resizing that leaves to the backend what the backend gets right. */
const resizeGradientKernel =
  (op: string, sources: SourcesOf) =>
  (trusted: Trusted): CorrectedKernel =>
  (call, original) => {
    const alignCorners = call.attrs?.alignCorners === true;
    const halfPixelCenters = call.attrs?.halfPixelCenters === true;
    const isRight = trusted !== 'never' && !halfPixelCenters && !(trusted === 'plain' && alignCorners);
    if (original && isRight) return original(call);
    const [, height, width] = imagesOf(call, op, 'images').shape;
    const dy = imagesOf(call, op, 'dy');
    return resizeGradient(dy, [height, width], sources, { alignCorners, halfPixelCenters });
  };

export const nearestGradient = resizeGradientKernel('ResizeNearestNeighborGrad', nearestSources);
export const bilinearGradient = resizeGradientKernel('ResizeBilinearGrad', bilinearSources);

/**
 * The gradient of `tf.mirrorPad`: what was mirrored into the border goes back to where it came from.
 *
 * @see the stock one, which drops the border
 */
export const mirrorPadGradient: tf.GradConfig['gradFunc'] = (dy, [x], attrs) => {
  const { paddings, mode } = attrs;
  if (dy instanceof tf.Tensor && x !== undefined && isPaddings(paddings)) {
    // Reflection leaves the outermost value out, symmetry repeats it.
    const skipped = mode === 'reflect' ? 1 : 0;
    return {
      x: () =>
        tf.tidy(() =>
          paddings.reduce((gradient, pads, axis) => fold(gradient, axis, pads, skipped), dy).reshape(x.shape),
        ),
    };
  }
  throw new TypeError('MirrorPad: expected one gradient, x and paddings');
};

type Pads = readonly [before: number, after: number];

function fold(dy: tf.Tensor, axis: number, [before, after]: Pads, skipped: number): tf.Tensor {
  const size = (dy.shape[axis] ?? 0) - before - after;
  let sum = part(dy, axis, before, size);
  if (before > 0) {
    sum = sum.add(place(tf.reverse(part(dy, axis, 0, before), axis), axis, skipped, size));
  }
  if (after > 0) {
    const mirrored = tf.reverse(part(dy, axis, before + size, after), axis);
    sum = sum.add(place(mirrored, axis, size - skipped - after, size));
  }
  return sum;
}

function part(x: tf.Tensor, axis: number, begin: number, size: number): tf.Tensor {
  const sizes = x.shape.with(axis, size);
  return x.slice(x.shape.map(() => 0).with(axis, begin), sizes);
}

/** Zeros all along the axis, but for x at a place. */
function place(x: tf.Tensor, axis: number, begin: number, size: number): tf.Tensor {
  const pads = x.shape.map((): Pair => [0, 0]);
  return tf.pad(x, pads.with(axis, [begin, size - begin - (x.shape[axis] ?? 0)]));
}

function isPaddings(value: unknown): value is Pads[] {
  return Array.isArray(value) && value.every((pads) => isNumbers(pads) && pads.length === 2);
}

/** The gradient of `tf.tile` for any rank: along each axis, the sum over the copies. */
export const tileGradient: tf.GradConfig['gradFunc'] = (dy, [x], { reps }) => {
  if (dy instanceof tf.Tensor && x !== undefined && isNumbers(reps)) {
    return {
      x: () =>
        tf.tidy(() => {
          const shape = [...dy.shape];
          let sum = dy;
          for (const [axis, copies] of reps.entries()) {
            const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
            shape[axis] = x.shape[axis] ?? 0;
            if (copies > 1) sum = sum.reshape([outer, copies, -1]).sum(1);
          }
          return sum.reshape(x.shape);
        }),
    };
  }
  throw new TypeError('Tile: expected one gradient, x and reps');
};
