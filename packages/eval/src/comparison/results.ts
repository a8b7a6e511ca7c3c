import type { ScoreMetric } from '../bootstrap';
import type { MetricError } from '../error';

/** One detector, trained with one seed and tested on one set of images. */
export interface ScoredRun {
  /** Unique, such as the folder of the run. */
  readonly id: string;
  /** By name; runs of one name differ in data and seed alone. */
  readonly detector: string;
  /** Such as `mvtec`; results of two data sets are never averaged. */
  readonly dataset: string;
  /** Of the data set, such as `screw`. */
  readonly category: string;
  /** Of its training. */
  readonly seed: number;
  /** What tells two test sets apart whose images have the same ids. Runs are only paired where it is the same. */
  readonly testSet?: string;
  /** Every image of the test set, `score` finite and higher where more anomalous. */
  readonly scores: readonly { readonly id: string; readonly label: 0 | 1; readonly score: number }[];
  /** Metrics that do not come from `scores`, by key; what is absent is not defined. */
  readonly values: Readonly<Record<string, number | null>>;
}

/** A metric that runs are compared by. */
export interface RunMetric {
  /** Unique, such as `imageAuroc`. */
  readonly key: string;
  /** Measures the scores of a run. Without it the metric is looked up among the run's `values`. */
  readonly ofScores?: ScoreMetric;
}

/** All results on one data set. */
export interface DatasetResults {
  /** As its runs name it, such as `mvtec`. */
  readonly dataset: string;
  /** In the order in which runs name them. */
  readonly categories: readonly string[];
  /** Those that have a run here, in the order given. */
  readonly detectors: readonly string[];
  /** One for each run and metric. */
  readonly results: readonly RunResult[];
  /** One for each category, detector and metric with a run. */
  readonly cells: readonly CategoryResult[];
  /** One for each detector and metric. */
  readonly means: readonly MeanResult[];
  /** One for each two runs that are paired, and each metric. */
  readonly differences: readonly PairedDifference[];
  /** One for each two detectors and each metric. */
  readonly meanDifferences: readonly MeanDifference[];
  /** Two runs of one category that cannot be paired, and why. */
  readonly unpaired: readonly UnpairedRuns[];
  /** What sound data leave undefined, in the order in which it was met. */
  readonly notDefined: readonly NotDefined[];
}

/** Where a value would lie with other images of the same sort, in the units of the value. */
export interface ResultInterval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Coverage in (0, 1), such as 0.95. */
  readonly confidence: number;
}

/** One metric of one run. */
export interface RunResult {
  /** Its id. */
  readonly run: string;
  /** By name. */
  readonly detector: string;
  /** Of the data set, such as `screw`. */
  readonly category: string;
  /** Of its training. */
  readonly seed: number;
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** `null` where it is not defined, as pixel metrics without masks. */
  readonly value: number | null;
  /** By the bootstrap over images; `null` for metrics that do not come from scores. */
  readonly interval: ResultInterval | null;
}

/** One metric of one detector in one category, over its seeds. */
export interface CategoryResult {
  /** By name. */
  readonly detector: string;
  /** Of the data set, such as `screw`. */
  readonly category: string;
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** Mean over the seeds. */
  readonly mean: number | null;
  /** Sample deviation (n - 1) over the seeds; `null` with fewer than two. */
  readonly deviation: number | null;
  /** How many runs have the metric. */
  readonly seeds: number;
}

/** One metric of one detector over categories: a macro mean, in which each category weighs the same. */
export interface MeanResult {
  /** By name. */
  readonly detector: string;
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** Macro mean over `categories` of the means over seeds. */
  readonly mean: number | null;
  /** How many categories have the metric. */
  readonly categories: number;
  /** Sample deviation (n - 1) over the categories; `null` with fewer than two. */
  readonly deviationOverCategories: number | null;
  /** Seeds with a run of every one of the `categories`. */
  readonly seeds: number;
  /** Sample deviation (n - 1) of the macro mean over those seeds; `null` with fewer than two. */
  readonly deviationOverSeeds: number | null;
  /** Macro mean over the categories in which every detector has the metric. */
  readonly sharedMean: number | null;
  /** How many these are. */
  readonly sharedCategories: number;
}

/** `metric(A) - metric(B)` on the same test images. */
export interface PairedDifference {
  /** Of the data set, such as `screw`. */
  readonly category: string;
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** Runs, by id. */
  readonly a: string;
  /** The other one. */
  readonly b: string;
  /** Positive where A has the higher value; `null` where one of them is not defined. */
  readonly difference: number | null;
  /** By the paired bootstrap over images; `null` for metrics that do not come from scores. */
  readonly interval: ResultInterval | null;
  /** DeLong's test, of `rocAuc` only; two-sided. */
  readonly pValue: number | null;
  /** The same after Holm's correction for all tests of the data set; it is what one may judge several pairs by. */
  readonly adjustedPValue: number | null;
}

/** Mean of the differences of two detectors over the categories that both have. */
export interface MeanDifference {
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** Detectors, by name. */
  readonly a: string;
  /** The other one. */
  readonly b: string;
  /** Macro mean of A - B, each the difference of means over seeds. */
  readonly mean: number | null;
  /** How many categories both have. */
  readonly categories: number;
  /** Sample deviation (n - 1) over the categories; `null` with fewer than two. */
  readonly deviation: number | null;
  /** In how many categories A is higher, and in how many B is. */
  readonly higher: { readonly a: number; readonly b: number };
  /** Of Wilcoxon's signed-rank test over these categories, exact and two-sided; `null` where none differs. */
  readonly pValue: number | null;
  /** The same after Holm's correction for all pairs of detectors and this metric. */
  readonly adjustedPValue: number | null;
}

/** Two runs that would be paired but were not tested on the same images. */
export interface UnpairedRuns {
  /** Of the data set, such as `screw`. */
  readonly category: string;
  /** A run, by id. */
  readonly a: string;
  /** The other one. */
  readonly b: string;
  /** Why. */
  readonly reason: PairingProblem;
}

/** Why the images of two runs A and B are not the same. */
export type PairingProblem =
  | { readonly code: 'test-set'; readonly a: string | undefined; readonly b: string | undefined }
  /** How many images are in both, in A alone and in B alone. */
  | { readonly code: 'images'; readonly shared: number; readonly onlyA: number; readonly onlyB: number }
  /** How many of the images are good in one run and anomalous in the other. */
  | { readonly code: 'labels'; readonly differing: number; readonly images: number };

/** Something that sound data leave undefined, such as the AUROC of good images alone. */
export interface NotDefined {
  /** `value` and `interval` are of one run, the others of two. */
  readonly what: 'value' | 'interval' | 'difference' | 'interval-of-difference' | 'test';
  /** The key of a metric. */
  readonly metric: string;
  /** A run, by id. */
  readonly a: string;
  /** The other one, where it is of two. */
  readonly b?: string;
  /** Why. */
  readonly error: MetricError;
}
