import type { ComparedRun } from '../data';

/** Two runs to be compared image by image. */
export type RunPair = readonly [a: ComparedRun, b: ComparedRun];

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
export function pairRuns(runs: readonly ComparedRun[]): RunPair[] {
  const categories = [...new Set(runs.map(({ category }) => category))];
  const detectors = [...new Set(runs.map(({ detector }) => detector))];
  return categories.flatMap((category) => {
    const of = (detector: string) =>
      runs.filter((run) => run.category === category && run.detector === detector);
    return detectors.flatMap((a, index) => detectors.slice(index + 1).flatMap((b) => together(of(a), of(b))));
  });
}

function together(a: readonly ComparedRun[], b: readonly ComparedRun[]): RunPair[] {
  const shared = a.flatMap((run): RunPair[] => {
    const other = b.find(({ seed }) => seed === run.seed);
    return other === undefined ? [] : [[run, other]];
  });
  if (shared.length > 0) return shared;
  const bySeed = (one: ComparedRun, other: ComparedRun) => one.seed - other.seed;
  const [first, second] = [a.toSorted(bySeed), b.toSorted(bySeed)];
  return first.flatMap((run, index): RunPair[] => {
    const other = second[index];
    return other === undefined ? [] : [[run, other]];
  });
}
