import * as tf from '@tensorflow/tfjs';
import { memoryBandwidth } from './bandwidth';
import { type ConvolutionShape, type ConvolutionSpeed, convolutionSpeed, flopOf } from './convolution-speed';

/** How {@link measureSpeed} goes about it. */
export interface SpeedOptions {
  /** About how long to measure. Default 6. */
  readonly seconds?: number;
  /** Ends the measurement between two samples, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How fast a backend is. */
export interface BackendSpeed {
  /** GFLOP/s of the convolutions together: all their operations over all their time. */
  readonly gflops: {
    readonly forward: number;
    /** Of the convolutions with both gradients; null where the backend cannot compute those. */
    readonly gradients: number | null;
  };
  /** What was measured, of 3x3 and of 5x5. */
  readonly convolutions: readonly ConvolutionSpeed[];
  /** GB/s of adding two large tensors. */
  readonly bandwidth: number;
}

const CHANNELS = 64;
/** Images and their sides, the largest first; a slow backend measures smaller ones. */
const SIZES = [
  [4, 64],
  [1, 64],
  [1, 32],
  [1, 16],
  [1, 8],
] as const;
/** Runs of a convolution with its gradients for which there should be time. */
const RUNS = 6;

/**
 * Measures the current backend: a convolution of 3x3 (4x64x64x64 to 64 channels) and one of 5x5 (to 32), forward and
 * with both gradients, and the memory bandwidth of an addition. Medians after warm-up; on a slow backend the images
 * are smaller, as the result says.
 *
 * @throws Error of TensorFlow.js where the backend cannot convolve.
 */
export async function measureSpeed({ seconds = 6, signal }: SpeedOptions = {}): Promise<BackendSpeed> {
  await tf.ready();
  const aborting = signal ? { signal } : {};
  const share = seconds / 3;
  // Gradients may be twenty times slower than the convolution itself, so the sizes go by them.
  const rateOf = async (shape: ConvolutionShape) => {
    const { forward, gradients } = await convolutionSpeed(shape, { budgetSeconds: share / 4, ...aborting });
    return 1e9 * (gradients ?? forward);
  };
  let rate = await rateOf(shapeOf(1, 8, 3));
  const affordable = (kernel: number) => {
    const shapes = SIZES.map(([images, side]) => shapeOf(images, side, kernel));
    return shapes.find((shape) => (RUNS * 3 * flopOf(shape)) / rate < share) ?? shapeOf(1, 8, kernel);
  };
  // So small an image says little of a fast backend.
  if (affordable(3).input[1] > 16) rate = await rateOf(shapeOf(1, 32, 3));
  const convolutions: ConvolutionSpeed[] = [];
  for (const kernel of [3, 5]) {
    convolutions.push(await convolutionSpeed(affordable(kernel), { budgetSeconds: share, ...aborting }));
  }
  return {
    gflops: {
      forward:
        together(
          convolutions.map(({ forward }) => forward),
          convolutions,
        ) ?? 0,
      gradients: together(
        convolutions.map(({ gradients }) => gradients),
        convolutions,
      ),
    },
    convolutions,
    bandwidth: await memoryBandwidth({ budgetSeconds: share / 2, ...aborting }),
  };
}

/** Two convolutions of as many operations: a wider kernel has half the filters. */
function shapeOf(images: number, side: number, kernel: number): ConvolutionShape {
  return { input: [images, side, side, CHANNELS], kernel, filters: kernel === 3 ? CHANNELS : CHANNELS / 2 };
}

/** Operations of all over the time of all; null where one has no speed. */
function together(speeds: readonly (number | null)[], shapes: readonly ConvolutionShape[]): number | null {
  let flop = 0;
  let time = 0;
  for (const [index, shape] of shapes.entries()) {
    const speed = speeds[index] ?? null;
    if (speed === null) return null;
    flop += flopOf(shape);
    time += flopOf(shape) / speed;
  }
  return flop / time;
}
