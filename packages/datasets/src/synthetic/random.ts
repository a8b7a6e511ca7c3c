import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A source of random numbers that depends on its key alone. */
export interface Random {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Mean 0, deviation 1, within +-3.5: a sum of four bytes, near enough to a normal distribution for sensor noise. */
  noise(): number;
}

const NOISE_MEAN = 4 * 127.5;
const NOISE_DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

/**
 * Opens the stream that belongs to `key`. The key is hashed into the generator's whole state, so streams of
 * neighbouring keys have nothing in common and no stream has to be read before another.
 */
export function randomStream(key: string): Random {
  const view = new DataView(sha256(utf8ToBytes(key)).buffer);
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => view.getInt32(offset)));
  return {
    uniform: (low, high) => low + (high - low) * uniformFloat64(generator),
    integer: (low, high) => uniformInt(generator, low, high),
    noise() {
      const bits = generator.next();
      const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
      return (sum - NOISE_MEAN) / NOISE_DEVIATION;
    },
  };
}

/** The same indices in an order that `key` decides. */
export function shuffled(count: number, key: string): number[] {
  const random = randomStream(key);
  const keyed = Array.from({ length: count }, (_, index) => ({ index, at: random.uniform(0, 1) }));
  return keyed.sort((a, b) => a.at - b.at || a.index - b.index).map(({ index }) => index);
}
