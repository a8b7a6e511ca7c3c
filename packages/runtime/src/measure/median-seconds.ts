import * as tf from '@tensorflow/tfjs';

export interface TimingOptions {
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
