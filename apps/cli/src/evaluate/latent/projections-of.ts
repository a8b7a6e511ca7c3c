import { deriveSeed } from '@utad/core';
import { project, projectInSlices } from '@utad/latent';
import type { Latent } from '@utad/report';
import type { LatentWatch } from './in-turns';
import type { TestCodes } from './latent-of';
import { chooseSome, type TrainingCodes } from './training-codes';

/** More test images would hide each other in a drawing. */
const MOST_TEST = 2000;
/** t-SNE compares all pairs: it takes some ten seconds for a thousand images. */
const MOST_IN_T_SNE = 1000;

interface Place {
  readonly id: string;
  readonly group: string;
  readonly code: ArrayLike<number>;
}

/** Training images first, so that test images are drawn over them. */
function placesOf(
  { items, codes }: TestCodes,
  training: TrainingCodes | undefined,
  seed: number,
): { readonly training: readonly Place[]; readonly test: readonly Place[] } {
  const tested = items.map(({ id, defectType: kind, label }, index): Place => {
    return { id, group: label === 0 ? 'good' : kind, code: codes[index] ?? [] };
  });
  const learned = training?.codes.map((code, index): Place => {
    return { id: training.ids[index] ?? '', group: 'training', code };
  });
  return { training: learned ?? [], test: some(tested, MOST_TEST, seed, 'latent test') };
}

function some<T>(items: readonly T[], most: number, seed: number, purpose: string): T[] {
  const chosen = chooseSome(items.length, most, deriveSeed(seed, purpose));
  return chosen.flatMap((index) => items.slice(index, index + 1));
}

/** In the plane by t-SNE, and by PCA, where there are enough. */
export async function projectionsOf(
  tests: TestCodes,
  learned: TrainingCodes | undefined,
  seed: number,
  { signal, onProgress }: LatentWatch,
): Promise<Latent['projections']> {
  const { training, test } = placesOf(tests, learned, seed);
  const all = [...training, ...test];
  const there = training.length + tests.items.length;
  // At least half of what t-SNE can take are test images, since they are in question.
  const tested = some(test, Math.max(MOST_IN_T_SNE / 2, MOST_IN_T_SNE - training.length), seed, 't-sne test');
  const few = [...some(training, MOST_IN_T_SNE - tested.length, seed, 't-sne training'), ...tested];
  const projections: Latent['projections'][number][] = [];
  const [fewestForPca, fewestForTSne] = [2, 4];
  if (few.length >= fewestForTSne) {
    const codes = few.map(({ code }) => code);
    const { points, perplexity } = await projectInSlices(
      codes,
      { method: 't-sne', seed: deriveSeed(seed, 't-sne') },
      {
        ...(signal && { signal }),
        ...(onProgress && { onProgress: (done, total) => onProgress('t-SNE', done, total) }),
      },
    );
    projections.push({
      name: 't-SNE',
      note: `Images whose codes are near are drawn near, each keeping about ${perplexity.toFixed(0)} neighbours (the perplexity). Distances between groups, and their sizes, mean little.${shown(few.length, there)}`,
      points: pointsOf(few, points),
    });
  }
  if (all.length >= fewestForPca) {
    const { points, explained } = project(
      all.map(({ code }) => code),
      { method: 'pca' },
    );
    const percent = explained.map((share) => `${(100 * share).toFixed(0)}\u00a0%`);
    projections.push({
      name: 'PCA',
      note: `The two directions in which the codes vary most, in their own units: ${percent.join(' and ')} of all variance. Images that are drawn apart are apart; those drawn together may differ in other directions.${shown(all.length, there)}`,
      points: pointsOf(all, points),
    });
  }
  return projections;
}

function shown(drawn: number, there: number): string {
  return drawn < there ? ` ${drawn} of ${there} images, chosen by seed.` : '';
}

function pointsOf(
  places: readonly Place[],
  points: readonly (readonly [number, number])[],
): Latent['projections'][number]['points'] {
  return places.map(({ id, group }, index) => {
    const [x = 0, y = 0] = points[index] ?? [];
    return { id, group, x, y };
  });
}
