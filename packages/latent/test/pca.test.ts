import { project } from '@utad/latent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/latent.json';

describe('PCA', () => {
  it.each(['narrow', 'wide'] as const)('is that of scikit-learn, but for the sign: %s codes', (name) => {
    const { codes, points, explained } = fixture.pca[name];
    const projection = project(codes, { method: 'pca' });
    for (const axis of [0, 1] as const) {
      const ours = projection.points.map((point) => point[axis]);
      const theirs = points.map((point) => point[axis] ?? Number.NaN);
      const sign = Math.sign((ours[0] ?? 0) * (theirs[0] ?? 0));
      // Wide codes have their components found by iteration.
      for (const [index, value] of ours.entries()) {
        expect(value).toBeCloseTo(sign * (theirs[index] ?? Number.NaN), name === 'wide' ? 5 : 9);
      }
      expect(projection.explained[axis]).toBeCloseTo(explained[axis] ?? Number.NaN, 9);
    }
  });

  it('by hand: the largest number of a direction is positive', () => {
    const projection = project(
      [
        [0, 0, 1],
        [2, 0, 1],
        [4, 0, 1],
      ],
      { method: 'pca' },
    );
    expect(projection).toEqual({ method: 'pca', points: expect.anything(), explained: [1, 0] });
    const expected = [-2, 0, 2];
    for (const [index, [x, y]] of projection.points.entries()) {
      expect(x).toBeCloseTo(expected[index] ?? Number.NaN, 12);
      expect(y).toBeCloseTo(0, 12);
    }
  });

  it('draws codes of one number on a line', () => {
    const { points, explained } = project([[1], [3]], { method: 'pca' });
    expect(points).toEqual([
      [-1, 0],
      [1, 0],
    ]);
    expect(explained).toEqual([1, 0]);
  });

  it('equal codes lie on one another, and nothing is explained', () => {
    expect(
      project(
        [
          [5, 5],
          [5, 5],
          [5, 5],
        ],
        { method: 'pca' },
      ),
    ).toEqual({
      method: 'pca',
      points: [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      explained: [0, 0],
    });
  });

  it.each([
    [[0, -9e-323, 49.9, 0]],
    [[1e-320, 0, 0, 3e-320]],
    [[Number.MIN_VALUE, 0]],
    [[1e-170, 2e-160, 0, 1e-180]],
    [[0, 1e300, 1e-300, 0]],
  ])('keeps the distance of two codes, however small or large: %j', (code) => {
    const { points } = project([code, code.map(() => 0)], { method: 'pca' });
    const apart = (points[0]?.[0] ?? 0) - (points[1]?.[0] ?? 0);
    const largest = Math.max(...code.map(Math.abs));
    const far = Math.hypot(...code.map((value) => value / largest)) * largest;
    expect(Math.abs(Math.abs(apart) - far)).toBeLessThanOrEqual(1e-9 * far + Number.MIN_VALUE);
  });

  it('is a shadow: no distance grows', () => {
    const code = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(code, { minLength: 2, maxLength: 12 }), (codes) => {
        const { points } = project(codes, { method: 'pca' });
        const far = (a: readonly number[] = [], b: readonly number[] = []) =>
          Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
        for (const [i, a] of codes.entries()) {
          for (const [j, b] of codes.entries()) {
            expect(far(points[i], points[j])).toBeLessThanOrEqual(far(a, b) + 1e-6);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
