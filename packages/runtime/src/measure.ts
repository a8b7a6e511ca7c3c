import * as tf from '@tensorflow/tfjs';
import { rank4 } from './checks';

interface TimingOptions {
  /** Samples are taken for about so long, and one in any case. */
  readonly budgetSeconds: number;
  readonly signal?: AbortSignal;
}

/** Shorter samples measure the clock, and on a GPU the reading back. */
const SAMPLE_SECONDS = 0.03;
const WARM_UPS = 2;
const FEWEST_SAMPLES = 5;

/**
 * The median time that a computation takes on the current backend, in seconds.
 *
 * GPUs answer before they have computed. So one value of the last result is read back at the end of each sample: it is
 * there only when everything before it has been computed.
 */
export async function medianSeconds(
  compute: () => tf.Tensor,
  { budgetSeconds, signal }: TimingOptions,
): Promise<number> {
  const sample = async (repetitions: number) => {
    signal?.throwIfAborted();
    const began = performance.now();
    for (let left = repetitions - 1; left > 0; left--) compute().dispose();
    await finish(compute());
    return (performance.now() - began) / 1000 / repetitions;
  };
  const began = performance.now();
  const spent = () => (performance.now() - began) / 1000;
  let once = await sample(1);
  // What takes this long once has no warm-up to speak of, and no time for one.
  for (let warmUp = 1; warmUp < WARM_UPS && spent() + once < budgetSeconds; warmUp++) once = await sample(1);
  const repetitions = Math.max(1, Math.ceil(SAMPLE_SECONDS / Math.max(once, 1e-7)));
  const seconds: number[] = [];
  while (
    spent() + once * repetitions < budgetSeconds ||
    (seconds.length < FEWEST_SAMPLES && spent() < budgetSeconds)
  ) {
    seconds.push(await sample(repetitions));
  }
  return median(seconds.length > 0 ? seconds : [once]);
}

async function finish(result: tf.Tensor): Promise<void> {
  const first = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1));
  await first.data();
  tf.dispose([result, first]);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** 32 MB a tensor: more than caches hold. */
const VALUES = 8 * 2 ** 20;
const BYTES = 4;

/** GB/s that the current backend moves when it adds two large tensors: two are read, one is written. */
async function memoryBandwidth(options: TimingOptions): Promise<number> {
  const [a, b] = [tf.ones([VALUES]), tf.fill([VALUES], 0.5)];
  try {
    return (3 * BYTES * VALUES) / (await medianSeconds(() => tf.add(a, b), options)) / 1e9;
  } finally {
    tf.dispose([a, b]);
  }
}

/** What a convolution of stride 1 and zero padding does. */
export interface ConvolutionShape {
  /** Batch, height, width, channels. */
  readonly input: readonly [number, number, number, number];
  /** Side of the filter. */
  readonly kernel: number;
  /** Channels of the output. */
  readonly filters: number;
}

/** How fast one convolution is, in operations that count a multiplication and an addition each. */
export interface ConvolutionSpeed extends ConvolutionShape {
  /** GFLOP/s of the convolution itself. */
  readonly forward: number;
  /** GFLOP/s of the convolution with both its gradients; null where the backend cannot compute them. */
  readonly gradients: number | null;
}

/** The kernels of both gradients. Not every backend has them, and asking in vain would leave tensors behind. */
const GRADIENTS = ['Conv2DBackpropInput', 'Conv2DBackpropFilter'];

/** A multiplication and an addition for every product. */
export function flopOf({
  input: [batch, height, width, channels],
  kernel,
  filters,
}: ConvolutionShape): number {
  return 2 * batch * height * width * channels * kernel * kernel * filters;
}

/** How fast the current backend computes one convolution, and that with its gradients. */
export async function convolutionSpeed(
  shape: ConvolutionShape,
  { budgetSeconds, signal }: TimingOptions,
): Promise<ConvolutionSpeed> {
  const { input, kernel, filters } = shape;
  const x = tf.randomNormal<tf.Rank.R4>([...input], 0, 1, 'float32', 1);
  const filter = tf.randomNormal<tf.Rank.R4>([kernel, kernel, input[3], filters], 0, 0.1, 'float32', 2);
  const dy = tf.randomNormal([input[0], input[1], input[2], filters], 0, 1, 'float32', 3);
  const convolve = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.conv2d(a, b, 1, 'same');
  const gigaflops = (flop: number, seconds: number) => flop / seconds / 1e9;
  const aborting = signal ? { signal } : {};
  try {
    const forward = await medianSeconds(() => convolve(x, filter), {
      budgetSeconds: budgetSeconds / 4,
      ...aborting,
    });
    const flop = flopOf(shape);
    const gradients = await gradientSeconds();
    return {
      ...shape,
      forward: gigaflops(flop, forward),
      gradients: gradients === undefined ? null : gigaflops(3 * flop, gradients),
    };
  } finally {
    tf.dispose([x, filter, dy]);
  }

  async function gradientSeconds(): Promise<number | undefined> {
    const kernels = tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName);
    if (!GRADIENTS.every((kernel) => kernels.includes(kernel))) return undefined;
    const both = () =>
      tf.tidy(() => {
        const [dx, dFilter] = tf.grads((a: tf.Tensor, b: tf.Tensor) => convolve(rank4(a), rank4(b)))(
          [x, filter],
          dy,
        );
        if (dx === undefined || dFilter === undefined) throw new Error('convolution: expected two gradients');
        dx.dispose();
        return dFilter;
      });
    return await medianSeconds(both, { budgetSeconds: (3 * budgetSeconds) / 4, ...aborting });
  }
}

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
  const gflops = {
    forward: together('forward', convolutions) ?? 0,
    gradients: together('gradients', convolutions),
  };
  const bandwidth = await memoryBandwidth({ budgetSeconds: share / 2, ...aborting });
  return { gflops, convolutions, bandwidth };
}

/** Two convolutions of as many operations: a wider kernel has half the filters. */
function shapeOf(images: number, side: number, kernel: number): ConvolutionShape {
  return { input: [images, side, side, CHANNELS], kernel, filters: kernel === 3 ? CHANNELS : CHANNELS / 2 };
}

/** Operations of all over the time of all; null where one has no speed. */
function together(which: 'forward' | 'gradients', convolutions: readonly ConvolutionSpeed[]): number | null {
  let flop = 0;
  let time = 0;
  for (const convolution of convolutions) {
    const speed = convolution[which];
    if (speed === null) return null;
    flop += flopOf(convolution);
    time += flopOf(convolution) / speed;
  }
  return flop / time;
}
