import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A source of random numbers that depends on its key alone. */
export interface RandomStream {
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
export function randomStream(key: string): RandomStream {
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

/** The numbers 0 to `count` - 1 in an order that `key` decides. */
export function shuffledIndices(count: number, key: string): number[] {
  const random = randomStream(key);
  const keyed = Array.from({ length: count }, (_, index) => ({ index, at: random.uniform(0, 1) }));
  return keyed.sort((a, b) => a.at - b.at || a.index - b.index).map(({ index }) => index);
}

/**
 * A 31-bit seed for one purpose, from the run's seed and the purpose's name and counters.
 *
 * Randomness here depends on where it is used, never on what was drawn before: `deriveSeed(seed, 'noise', step)` is
 * the same in a resumed run as in one run through. FNV-1a over the parts, see
 * http://www.isthe.com/chongo/tech/comp/fnv/.
 *
 * @example deriveSeed(7, 'order', 3) !== deriveSeed(7, 'order', 4)
 */
export function deriveSeed(seed: number, ...path: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of [seed, ...path].join('/')) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  // FNV-1a leaves neighbouring inputs close together; this finaliser (of MurmurHash3) spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  // Never 0, which TensorFlow.js takes for no seed at all.
  return (hash ^ (hash >>> 16)) >>> 1 || 1;
}

/** A seeded source of uniform numbers in [0, 1), the same on every machine. */
export function uniformSource(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/**
 * The numbers 0 to `count` - 1 in an order that the seed fixes (Fisher and Yates).
 *
 * @example permutation(4, 1).sort() // [0, 1, 2, 3]
 */
export function permutation(count: number, seed: number): number[] {
  const generator = xoroshiro128plus(seed);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const pick = uniformInt(generator, 0, last);
    const kept = order[last] ?? 0;
    order[last] = order[pick] ?? 0;
    order[pick] = kept;
  }
  return order;
}
