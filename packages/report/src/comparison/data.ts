import type { Size } from '@utad/core';
import type { ScoredRun } from '@utad/eval';
import type { ImageScore, Measured } from '../measured';

/** Runs of several detectors, categories and seeds, side by side, as plain data. */
export interface ComparisonData {
  /** For the heading, such as `Two detectors on screw and bottle`. */
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** In the order of the tables' columns; every one that a run names. */
  readonly detectors: readonly ComparedDetector[];
  /** One for each detector, category and seed. */
  readonly runs: readonly ComparedRun[];
  /** Test images as every detector marks them; left out where it is absent. */
  readonly grid?: ComparisonGrid;
  /** Sentences on what a reader should know. */
  readonly notes: readonly string[];
}

/** What its runs have in common, but for category and seed. */
export interface ComparedDetector {
  /** Unique, and short enough for a column's head. */
  readonly name: string;
  /** How it was made: `Input size`, `128 x 128`. The paper's set-up stands beside the labels that it has too. */
  readonly setup: readonly (readonly [label: string, value: string])[];
}

/** One detector, trained and evaluated once. */
export interface ComparedRun extends Omit<ScoredRun, 'scores' | 'values'> {
  /** Every image of the test set. Image metrics, their intervals and the paired differences come from these. */
  readonly scores: readonly ImageScore[];
  /** Over all pixels, as they were measured; `null` without masks. */
  readonly pixel: ComparedPixels;
}

/** Pixel metrics of a run, in [0, 1], higher is better. */
export interface ComparedPixels {
  /** Area under the ROC curve. */
  readonly auroc: Measured;
  /** Area under the PRO curve to a false positive rate of 0.3. */
  readonly aupro: Measured;
  /** Intersection over union at each of the three pixel thresholds. */
  readonly iou: { readonly paper: Measured; readonly fitted: Measured; readonly oracle: Measured };
}

/** A figure like the paper's Figure 5: a row for each test image, a pair of columns for each detector. */
export interface ComparisonGrid {
  /** How the images were chosen, in a sentence. */
  readonly rule: string;
  /** In the order shown; rows of a category follow each other. */
  readonly rows: readonly GridRow[];
}

/** One test image as several detectors see it. */
export interface GridRow extends Omit<ImageScore, 'score'> {
  /** As in {@link ComparedRun}. */
  readonly dataset: string;
  /** As in {@link ComparedRun}. */
  readonly category: string;
  /** Of every picture, map and mask of the row. */
  readonly size: Size;
  /** The input, RGB, `H * W * 3` bytes. */
  readonly pixels: Uint8Array;
  /** Ground truth, `H * W` bytes: 0 good, 1 anomalous. */
  readonly mask?: Uint8Array;
  /** One for each detector that has a run of the category. */
  readonly cells: readonly GridCell[];
}

/** What one detector says of the image of a row. */
export interface GridCell {
  /** The name of a {@link ComparedDetector}. */
  readonly detector: string;
  /** The image score; higher is more anomalous. */
  readonly score: number;
  /** The image is called anomalous when its score reaches this. */
  readonly imageThreshold: number;
  /** `H * W` values, at least 0; higher is more anomalous. */
  readonly map: Float32Array;
  /** A pixel is marked when its value reaches this; maps are coloured from 0 to twice this. */
  readonly pixelThreshold: number;
}
