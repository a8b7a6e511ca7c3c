import * as tf from '@tensorflow/tfjs';
import { medianSeconds, type TimingOptions } from './median-seconds';

/** 32 MB a tensor: more than caches hold. */
const VALUES = 8 * 2 ** 20;
const BYTES = 4;

/** GB/s that the current backend moves when it adds two large tensors: two are read, one is written. */
export async function memoryBandwidth(options: TimingOptions): Promise<number> {
  const [a, b] = [tf.ones([VALUES]), tf.fill([VALUES], 0.5)];
  try {
    return (3 * BYTES * VALUES) / (await medianSeconds(() => tf.add(a, b), options)) / 1e9;
  } finally {
    tf.dispose([a, b]);
  }
}
