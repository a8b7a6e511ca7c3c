import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from './kernel-correction';
import { imagesOf } from './read-call';

export interface ResizeOptions {
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
export const nearestSources: SourcesOf = (output, inputSize, outputSize, options) => {
  const scale = scaleOf(inputSize, outputSize, options);
  const place = options.halfPixelCenters ? scale * (output + 0.5) : scale * output;
  const index = options.alignCorners ? Math.round(place) : Math.floor(place);
  return [[Math.min(inputSize - 1, index), 1]];
};

export const bilinearSources: SourcesOf = (output, inputSize, outputSize, options) => {
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

/**
 * A gradient kernel of resizing that leaves to the backend what the backend gets right.
 *
 * @param trusted Whether the backend's own kernel is right with these options.
 */
export function resizeGradientKernel(
  op: string,
  sources: SourcesOf,
  trusted: (options: ResizeOptions) => boolean,
): CorrectedKernel {
  return (call, original) => {
    const options = {
      alignCorners: call.attrs?.alignCorners === true,
      halfPixelCenters: call.attrs?.halfPixelCenters === true,
    };
    if (original && trusted(options)) return original(call);
    const [, height, width] = imagesOf(call, op, 'images').shape;
    return resizeGradient(imagesOf(call, op, 'dy'), [height, width], sources, options);
  };
}
