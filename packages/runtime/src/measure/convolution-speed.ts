import * as tf from '@tensorflow/tfjs';
import { rank4 } from '../rank4';
import { medianSeconds, type TimingOptions } from './median-seconds';

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
