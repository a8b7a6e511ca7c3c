import { deriveSeed, permutation, uniformSource } from '@utad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('deriveSeed', () => {
  it('is a whole number of 31 bits, the same for the same purpose', () => {
    const purpose = fc.array(fc.oneof(fc.string(), fc.integer()));
    fc.assert(
      fc.property(fc.integer(), purpose, (seed, path) => {
        const derived = deriveSeed(seed, ...path);
        expect(Number.isInteger(derived) && derived >= 0 && derived < 2 ** 31).toBe(true);
        expect(deriveSeed(seed, ...path)).toBe(derived);
      }),
    );
  });

  it('is the finalised FNV-1a hash of its parts', () => {
    expect(deriveSeed(0)).toBe(fnv1aFinalised('0'));
    expect(deriveSeed(7, 'order', 3)).toBe(fnv1aFinalised('7/order/3'));
  });

  it('differs from step to step, purpose to purpose and seed to seed', () => {
    const seeds = [0, 1, 2].flatMap((seed) =>
      ['order', 'noise'].flatMap((purpose) =>
        Array.from({ length: 500 }, (_, step) => deriveSeed(seed, purpose, step)),
      ),
    );
    expect(new Set(seeds).size).toBe(3000);
  });

  it('spreads neighbouring steps over the whole range', () => {
    const half = Array.from({ length: 1000 }, (_, step) => deriveSeed(0, 'noise', step) < 2 ** 30);
    const low = half.filter(Boolean).length;
    // 500 is expected, with a deviation of 16.
    expect(Math.abs(low - 500)).toBeLessThan(80);
  });
});

describe('permutation', () => {
  const counts = fc.integer({ min: 0, max: 300 });
  const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

  it('holds each number once', () => {
    fc.assert(
      fc.property(counts, seeds, (count, seed) => {
        const sorted = permutation(count, seed).sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
    );
  });

  it('is fixed by its seed', () => {
    fc.assert(
      fc.property(counts, seeds, (count, seed) => {
        expect(permutation(count, seed)).toEqual(permutation(count, seed));
      }),
    );
    expect(permutation(50, 1)).not.toEqual(permutation(50, 2));
  });

  it('brings every number to every place about equally often', () => {
    const times = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let seed = 0; seed < 4000; seed++) {
      for (const [place, value] of permutation(4, deriveSeed(seed, 'order')).entries()) {
        const row = times[place];
        if (row !== undefined) row[value] = (row[value] ?? 0) + 1;
      }
    }
    // 1000 each are expected, with a deviation of 27.
    for (const count of times.flat()) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });
});

describe('uniformSource', () => {
  it('gives numbers in [0, 1), about one half on average, fixed by the seed', () => {
    const draw = (seed: number) => Array.from({ length: 1000 }, uniformSource(seed));
    const numbers = draw(3);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(numbers.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1);
    expect(draw(3)).toEqual(numbers);
    expect(draw(4)).not.toEqual(numbers);
  });
});

/** Written again on big integers, where nothing can overflow. */
function fnv1aFinalised(text: string): number {
  const word = 2n ** 32n;
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) % word;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) % word;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) % word;
  return Number((hash ^ (hash >> 16n)) >> 1n);
}
