import type { PairingProblem, ScoredRun } from './results';

/** Two runs to be compared image by image. */
export type RunPair = readonly [a: ScoredRun, b: ScoredRun];

/**
 * Which runs of a data set are compared image by image: those of two detectors on one category, each with the one of its
 * own seed. Where two detectors have no seed in common on a category, in the order of their seeds.
 *
 * Two seeds of one detector say how much training varies and not which detector is better, and crossing every seed with
 * every other one would say the same several times and cost all p values their sharpness: each of k tests counts.
 *
 * @param runs of one data set
 * @returns Category by category, in the order in which runs name them.
 */
export function pairRuns(runs: readonly ScoredRun[]): RunPair[] {
  const categories = [...new Set(runs.map(({ category }) => category))];
  const detectors = [...new Set(runs.map(({ detector }) => detector))];
  return categories.flatMap((category) => {
    const of = (detector: string) =>
      runs.filter((run) => run.category === category && run.detector === detector);
    return detectors.flatMap((a, index) => detectors.slice(index + 1).flatMap((b) => bySeed(of(a), of(b))));
  });
}

function bySeed(a: readonly ScoredRun[], b: readonly ScoredRun[]): RunPair[] {
  const pairs = (
    runs: readonly ScoredRun[],
    otherOf: (run: ScoredRun, index: number) => ScoredRun | undefined,
  ) =>
    runs.flatMap((run, index): RunPair[] => {
      const other = otherOf(run, index);
      return other === undefined ? [] : [[run, other]];
    });
  const shared = pairs(a, (run) => b.find(({ seed }) => seed === run.seed));
  if (shared.length > 0) return shared;
  const ascending = (one: ScoredRun, other: ScoredRun) => one.seed - other.seed;
  const [first, second] = [a.toSorted(ascending), b.toSorted(ascending)];
  return pairs(first, (_, index) => second[index]);
}

/** Scores of two runs, image by image. */
export interface PairedScores {
  readonly labels: readonly (0 | 1)[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Whether both runs have the images in one order, which is that of A here. */
  readonly inOneOrder: boolean;
}

/** Pairs the scores of two runs by the ids of their images, or says why they are not of the same images. */
export function pairScores([runA, runB]: RunPair): PairedScores | { readonly reason: PairingProblem } {
  const [{ scores: a }, { scores: b }] = [runA, runB];
  if (runA.testSet !== runB.testSet) {
    return { reason: { code: 'test-set', a: runA.testSet, b: runB.testSet } };
  }
  const ofB = new Map(b.map((image) => [image.id, image]));
  const pairs = a.map((image) => ({ image, other: ofB.get(image.id) }));
  const onlyA = pairs.filter(({ other }) => other === undefined).length;
  const shared = a.length - onlyA;
  const onlyB = b.length - shared;
  if (onlyA > 0 || onlyB > 0) return { reason: { code: 'images', shared, onlyA, onlyB } };
  const differing = pairs.filter(({ image, other }) => other?.label !== image.label).length;
  if (differing > 0) return { reason: { code: 'labels', differing, images: a.length } };
  return {
    labels: a.map(({ label }) => label),
    a: a.map(({ score }) => score),
    b: pairs.map(({ other }) => other?.score ?? Number.NaN),
    inOneOrder: a.every(({ id }, index) => b[index]?.id === id),
  };
}
