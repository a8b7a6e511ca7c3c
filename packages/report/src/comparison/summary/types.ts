import type { Measured, ReportInterval } from '../../run/metrics';

/** What a comparison comes to, in numbers: data set by data set, since their results are never averaged. */
export interface ComparisonSummary {
  /** In the order in which runs name them. */
  readonly datasets: readonly DatasetSummary[];
  /** Sentences on numbers that are not defined. */
  readonly notes: readonly string[];
}

/** All results on one data set. */
export interface DatasetSummary {
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
  readonly refused: readonly RefusedPair[];
  /** What Liu et al., 2021, print of the same; empty where they did not use the data set. */
  readonly paper: readonly PaperResult[];
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
  readonly value: Measured;
  /** By the bootstrap over images; `null` for pixel metrics, since the pixels of an image are not independent. */
  readonly interval: ReportInterval | null;
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
  readonly mean: Measured;
  /** Sample deviation (n - 1) over the seeds; `null` with fewer than two. */
  readonly deviation: Measured;
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
  readonly mean: Measured;
  /** How many categories have the metric. */
  readonly categories: number;
  /** Sample deviation (n - 1) over the categories; `null` with fewer than two. */
  readonly deviationOverCategories: Measured;
  /** Seeds with a run of every one of the `categories`. */
  readonly seeds: number;
  /** Sample deviation (n - 1) of the macro mean over those seeds; `null` with fewer than two. */
  readonly deviationOverSeeds: Measured;
  /** Macro mean over the categories in which every detector has the metric. */
  readonly sharedMean: Measured;
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
  readonly difference: Measured;
  /** By the paired bootstrap over images; `null` for pixel metrics. */
  readonly interval: ReportInterval | null;
  /** DeLong's test, of the image AUROC only; two-sided. */
  readonly pValue: Measured;
  /** The same after Holm's correction for all tests of the data set; it is what one may judge several pairs by. */
  readonly adjustedPValue: Measured;
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
  readonly mean: Measured;
  /** How many categories both have. */
  readonly categories: number;
  /** Sample deviation (n - 1) over the categories; `null` with fewer than two. */
  readonly deviation: Measured;
  /** In how many categories A is higher, and in how many B is. */
  readonly higher: { readonly a: number; readonly b: number };
  /** Of Wilcoxon's signed-rank test over these categories, exact and two-sided; `null` where none differs. */
  readonly pValue: Measured;
  /** The same after Holm's correction for all pairs of detectors and this metric. */
  readonly adjustedPValue: Measured;
}

/** Two runs that would be paired but were not tested on the same images. */
export interface RefusedPair {
  /** Of the data set, such as `screw`. */
  readonly category: string;
  /** A run, by id. */
  readonly a: string;
  /** The other one. */
  readonly b: string;
  /** A sentence. */
  readonly reason: string;
}

/** What the paper prints of its own method for one metric. */
export interface PaperResult {
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** As the paper calls it. */
  readonly name: string;
  /** By category, where it has any. */
  readonly values: Readonly<Record<string, number>>;
  /** As printed; of `meanOf`. */
  readonly mean: number;
  /** What the mean is taken over. */
  readonly meanOf: string;
  /** Where it is printed, and what to mind. */
  readonly source: string;
}
