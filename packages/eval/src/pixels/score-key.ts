/**
 * Float32 scores as whole numbers in the same order, so that scores can be counted as places in a table. The bits of
 * positive floats are in order as they are, those of negative ones in the opposite order.
 */

const LOWEST = -0x80000000;
const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** Upper half of a key: which page of a table. */
export const PAGES = 0x10000;
/** Lower half of a key: which place on a page. */
export const PLACES = 0x10000;

/** Key of a float32 by its bits, as a signed 32-bit number whose unsigned value is the key. -0 is 0. */
export function keyOfBits(word: number): number {
  if (word >= 0) return word ^ LOWEST;
  return word === LOWEST ? LOWEST : ~word;
}

/** Whether the bits are those of a finite float32. */
export function isFiniteBits(word: number): boolean {
  return (word & 0x7f800000) !== 0x7f800000;
}

/** The score that has this page and place. */
export function scoreOfKey(page: number, place: number): number {
  const key = (page << 16) | place;
  bits[0] = key < 0 ? key ^ LOWEST : ~key;
  return floats[0] ?? Number.NaN;
}

/**
 * The key, unsigned, that a float32 reaches or exceeds exactly when it is at least the threshold.
 *
 * @param threshold any number but NaN
 */
export function firstKeyFrom(threshold: number): number {
  floats[0] = threshold;
  const nearest = floats[0] ?? Number.NaN;
  const key = keyOfBits(bits[0] ?? 0) >>> 0;
  return nearest < threshold ? key + 1 : key;
}
