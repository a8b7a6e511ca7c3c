import { withAdjusted } from '../holm';
import { mean, sampleDeviation } from '../mean-and-deviation';
import { signedRankTest } from '../signed-rank';
import type { CategoryResult, MeanDifference, MeanResult, RunResult } from './results';

/** The results of one metric of one data set, and what they are looked up by. */
interface Found {
  readonly metric: string;
  readonly categories: readonly string[];
  readonly detectors: readonly string[];
  readonly results: readonly RunResult[];
}

/** Mean and deviation over the seeds, category by category. */
export function categoryResults({ metric, categories, detectors, results }: Found): CategoryResult[] {
  return detectors.flatMap((detector) =>
    categories.flatMap((category) => {
      const runs = results.filter((run) => run.detector === detector && run.category === category);
      if (runs.length === 0) return [];
      const values = runs.flatMap(({ value }) => value ?? []);
      const about = { detector, category, metric };
      return [{ ...about, mean: mean(values), deviation: sampleDeviation(values), seeds: values.length }];
    }),
  );
}

/** Macro means over categories: each category weighs the same, however many images or seeds it has. */
export function meanResults(found: Found, cells: readonly CategoryResult[]): MeanResult[] {
  const { metric, detectors, categories, results } = found;
  const shared = categories.filter((category) =>
    detectors.every((detector) => meanIn(cells, detector, category) !== null),
  );
  return detectors.map((detector) => {
    const measured = categories.filter((category) => meanIn(cells, detector, category) !== null);
    const values = valuesOf(cells, detector, measured);
    const overSeeds = macroMeansBySeed(
      results.filter((run) => run.detector === detector),
      measured,
    );
    return {
      detector,
      metric,
      mean: mean(values),
      categories: values.length,
      deviationOverCategories: sampleDeviation(values),
      seeds: overSeeds.length,
      deviationOverSeeds: sampleDeviation(overSeeds),
      sharedMean: mean(valuesOf(cells, detector, shared)),
      sharedCategories: shared.length,
    };
  });
}

/** The mean difference of every two detectors over the categories that both have. */
export function meanDifferences(found: Found, cells: readonly CategoryResult[]): MeanDifference[] {
  const { metric, detectors, categories } = found;
  const uncorrected = detectors.flatMap((a, index) =>
    detectors.slice(index + 1).map((b) => {
      const differences = categories.flatMap((category) => {
        const [ofA, ofB] = [meanIn(cells, a, category), meanIn(cells, b, category)];
        return ofA === null || ofB === null ? [] : [ofA - ofB];
      });
      return {
        metric,
        a,
        b,
        mean: mean(differences),
        categories: differences.length,
        deviation: sampleDeviation(differences),
        pValue: signedRankTest(differences),
        higher: {
          a: differences.filter((difference) => difference > 0).length,
          b: differences.filter((difference) => difference < 0).length,
        },
      };
    }),
  );
  return withAdjusted(uncorrected);
}

function macroMeansBySeed(runs: readonly RunResult[], categories: readonly string[]): number[] {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  return seeds.flatMap((seed) => {
    const values = categories.flatMap((category) => {
      const run = runs.find((other) => other.seed === seed && other.category === category);
      return run?.value ?? [];
    });
    return values.length === categories.length ? (mean(values) ?? []) : [];
  });
}

function meanIn(cells: readonly CategoryResult[], detector: string, category: string): number | null {
  return cells.find((cell) => cell.detector === detector && cell.category === category)?.mean ?? null;
}

function valuesOf(
  cells: readonly CategoryResult[],
  detector: string,
  categories: readonly string[],
): number[] {
  return categories.flatMap((category) => meanIn(cells, detector, category) ?? []);
}
