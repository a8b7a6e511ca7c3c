import { nearestNeighbours } from '@utad/latent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/latent.json';

describe('nearest neighbours', () => {
  it('are those of scikit-learn', () => {
    const { codes, queries, indices, distances } = fixture.neighbours;
    for (const [at, query] of queries.entries()) {
      const found = nearestNeighbours(query, codes, 7);
      expect(found.map(({ index }) => index)).toEqual(indices[at]);
      for (const [rank, { distance }] of found.entries()) {
        expect(distance).toBeCloseTo(distances[at]?.[rank] ?? Number.NaN, 9);
      }
    }
  });

  it('by hand, on a 3-4-5 triangle; of equally far ones the first comes first', () => {
    expect(
      nearestNeighbours(
        [0, 0],
        [
          [3, 4],
          [0, 1],
          [6, 8],
          [5, 0],
          [-1, 0],
        ],
        4,
      ),
    ).toEqual([
      { index: 1, distance: 1 },
      { index: 4, distance: 1 },
      { index: 0, distance: 5 },
      { index: 3, distance: 5 },
    ]);
  });

  it('the k nearest are the first k of all, sorted by distance, then index', () => {
    const coordinate = fc.integer({ min: -3, max: 3 });
    const code = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(fc.array(code, { minLength: 1, maxLength: 20 }), code, fc.nat(), (codes, query, n) => {
        const k = 1 + (n % codes.length);
        const all = codes
          .map(([x, y], index) => ({ index, distance: Math.hypot(x - query[0], y - query[1]) }))
          .sort((a, b) => a.distance - b.distance || a.index - b.index);
        const found = nearestNeighbours(query, codes, k);
        expect(found.map(({ index }) => index)).toEqual(all.slice(0, k).map(({ index }) => index));
      }),
    );
  });

  it('takes typed arrays', () => {
    expect(nearestNeighbours(Float32Array.of(1), [Float32Array.of(3)], 1)).toEqual([
      { index: 0, distance: 2 },
    ]);
  });
});
