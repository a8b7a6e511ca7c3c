import { nearestNeighbours, project } from '@utad/latent';
import { describe, expect, it, vi } from 'vitest';
import fixture from './fixtures/latent.json';

const { codes, groups, perplexity, joint, divergence } = fixture.tSne;

/** Of the Student neighbourhoods of points in the plane from the probabilities of pairs that scikit-learn made. */
function divergenceOf(points: readonly (readonly [number, number])[]): number {
  const near = points.flatMap(([x, y], i) =>
    points.slice(i + 1).map(([u, v]) => 1 / (1 + (x - u) ** 2 + (y - v) ** 2)),
  );
  const total = 2 * near.reduce((sum, value) => sum + value, 0);
  return 2 * joint.reduce((sum, p, at) => sum + (p > 0 ? p * Math.log((p * total) / (near[at] ?? 0)) : 0), 0);
}

describe('t-SNE', () => {
  const options = { method: 't-sne', perplexity } as const;
  const { points } = project(codes, options);

  it('keeps neighbourhoods as well as scikit-learn does', () => {
    expect(divergence).toBeGreaterThan(0.1);
    expect(divergenceOf(points)).toBeLessThan(divergence * 1.05);
    // For scale: what the two principal components alone do.
    expect(divergenceOf(project(codes, { method: 'pca' }).points)).toBeGreaterThan(divergence * 1.5);
  });

  it('groups that are apart stay apart: the nearest other point is of the same group', () => {
    const far = points.map((point, index) => {
      const others = points.filter((_, other) => other !== index);
      const kinds = groups.filter((_, other) => other !== index);
      const [nearest] = nearestNeighbours(point, others, 1);
      return kinds[nearest?.index ?? -1] === groups[index];
    });
    expect(far.filter(Boolean).length).toBeGreaterThanOrEqual(57);
  });

  it('gives the same bytes for the same seed, others for another, whatever Math.random says', () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.3);
    try {
      expect(project(codes, { ...options, seed: 0 }).points).toEqual(points);
    } finally {
      random.mockRestore();
    }
    expect(project(codes, { ...options, seed: 1 }).points).not.toEqual(points);
  });

  it('does not mind the scale of the codes', () => {
    const small = project(
      codes.map((code) => code.map((value) => value * 2 ** -40)),
      options,
    );
    for (const [index, [x, y]] of small.points.entries()) {
      expect(x).toBeCloseTo(points[index]?.[0] ?? Number.NaN, 3);
      expect(y).toBeCloseTo(points[index]?.[1] ?? Number.NaN, 3);
    }
  });

  it('says the perplexity that it took: 30, or a third of the others', () => {
    const short = { method: 't-sne', iterations: 1 } as const;
    expect(project(codes, short).perplexity).toBeCloseTo(59 / 3, 12);
    const many = Array.from({ length: 100 }, (_, index) => [index, index % 7]);
    expect(project(many, short).perplexity).toBe(30);
  });

  it('parts equal codes, and stays finite where all are equal', () => {
    const equal = project(
      Array.from({ length: 12 }, () => [1, 2, 3]),
      { method: 't-sne' },
    ).points;
    expect(equal.flat().every(Number.isFinite)).toBe(true);
    expect(new Set(equal.map(String)).size).toBe(12);
  });
});
