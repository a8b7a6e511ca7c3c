import type { EvaluatedImage } from '@utad/pipeline';
import { expect, it } from 'vitest';
import { latentOf } from '../src/node/evaluate-latent';

it('says how many images are drawn where there are too many', { timeout: 120_000 }, async () => {
  const items = Array.from({ length: 2001 }, (_, index): EvaluatedImage => {
    return { id: `${index}`, defectType: 'good', label: 0, score: 0, scores: { mean: 0, max: 0 } };
  });
  const codes = items.map((_, index) => Float32Array.of(Math.sin(index), Math.cos(3 * index), index % 7));
  const { latent } = await latentOf({ items, codes }, undefined, { seed: 0, about: undefined });
  const drawn = latent.projections.map(({ name, points, note }) => [
    name,
    points.length,
    note.match(/\d+ of \d+ images/)?.[0],
  ]);
  expect(drawn).toEqual([
    ['t-SNE', 1000, '1000 of 2001 images'],
    ['PCA', 2000, '2000 of 2001 images'],
  ]);
});
