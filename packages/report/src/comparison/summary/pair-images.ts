import { count } from '../../page/format';
import type { ComparedRun } from '../data';

/** Scores of two runs, image by image. */
export interface PairedScores {
  readonly labels: readonly (0 | 1)[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Whether both runs have the images in one order, which is that of A here. */
  readonly inOneOrder: boolean;
}

/** Pairs the scores of two runs, or says why they are not of the same images. */
export function pairImages(
  { scores: a, testSet: setA }: ComparedRun,
  { scores: b, testSet: setB }: ComparedRun,
): PairedScores | { readonly reason: string } {
  if (setA !== setB) {
    return { reason: `The test sets differ: ${setA ?? 'not told'} and ${setB ?? 'not told'}.` };
  }
  const ofB = new Map(b.map((image) => [image.id, image]));
  const pairs = a.map((image) => ({ image, other: ofB.get(image.id) }));
  const onlyA = pairs.filter(({ other }) => other === undefined).length;
  const onlyB = b.length - (a.length - onlyA);
  if (onlyA > 0 || onlyB > 0) {
    const shared = a.length - onlyA;
    return {
      reason: `The test images differ: ${count(shared, 'image')} in both, ${onlyA} in the first alone, ${onlyB} in the second alone.`,
    };
  }
  const relabelled = pairs.filter(({ image, other }) => other?.label !== image.label).length;
  if (relabelled > 0) {
    return {
      reason: `The labels differ: ${count(relabelled, 'image')} of ${a.length} good in one run and anomalous in the other.`,
    };
  }
  return {
    labels: a.map(({ label }) => label),
    a: a.map(({ score }) => score),
    b: pairs.map(({ other }) => other?.score ?? Number.NaN),
    inOneOrder: a.every(({ id }, index) => b[index]?.id === id),
  };
}
