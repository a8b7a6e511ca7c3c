import type { PixelCurves } from '@utad/eval';
import type { Gallery } from './gallery/gallery';
import type { KindResult, Measured, ReportMetrics } from './metrics';

/** Everything a report shows, as plain data. Scores and map values are higher where something is more anomalous. */
export interface ReportData {
  /** What was measured on what, such as `two-stage on synthetic / washer`. */
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Label and value, in the order shown: detector, preset, images, seed, weights, times, versions. */
  readonly facts: readonly Fact[];
  /** What it ran on, likewise: processor, memory, system, backend, device. */
  readonly hardware?: readonly Fact[];
  /** The whole configuration as the text of a file, such as YAML. */
  readonly configuration?: string;
  /** The headline numbers. */
  readonly metrics: ReportMetrics;
  /** Where good ends and anomalous begins. */
  readonly thresholds: ReportThresholds;
  /** How the image score comes from the anomaly map. */
  readonly reduction: 'mean' | 'max';
  /** Every image of the test set. */
  readonly scores: readonly ImageScore[];
  /** The good images, and each type of defect against them. */
  readonly kinds?: readonly KindResult[];
  /** ROC, precision-recall and PRO curve of all pixels, from `PixelAccumulator.curves` of `@utad/eval`. */
  readonly pixelCurves?: PixelCurves | null;
  /** The course of training, stage by stage. */
  readonly losses: readonly StageLosses[];
  /** Other ways to score the same images, the detector's own among them. */
  readonly comparisons?: readonly Comparison[];
  /** How well images are restored; needs the clean twins of defective images. */
  readonly restoration?: Restoration;
  /** Where intermediate images differ from the input; needs masks. */
  readonly repairs?: readonly Repair[];
  /** What the anomaly map is made of, by feature layer or pair of images; shares in [0, 1]. */
  readonly layerShares?: readonly LayerShare[];
  /** Latent codes of images in two dimensions. */
  readonly latent?: Latent;
  /** The images to show, as `GalleryBuilder` made them; left out where there are none. */
  readonly gallery?: Gallery;
  /** Sentences on what a reader should know: reduced data, numbers that are not defined, images left out. */
  readonly notes: readonly string[];
}

/** An image is called anomalous when `score >= image`, a pixel when its map value reaches the pixel threshold. */
export interface ReportThresholds {
  /** Fitted on held-out good images; in the units of the score. */
  readonly image: number;
  /** Fitted on held-out good images; in the units of the anomaly map. */
  readonly pixel: number;
  /** Half-way between the smallest and the largest map value of the test set; in the units of the anomaly map. */
  readonly paper?: number;
  /** Best on the test set; in the units of the anomaly map. */
  readonly oracle?: number;
}

/** A line of a table of facts. */
export type Fact = readonly [label: string, value: string];

/** One image of the test set with its score. */
export interface ImageScore {
  /** Unique in the test set, such as `test/good/000.png`. */
  readonly id: string;
  /** `good`, or the type of defect. */
  readonly defectType: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** The image score; higher is more anomalous. */
  readonly score: number;
}

/** The course of one stage of training. */
export interface StageLosses {
  /** For the heading, such as `ie-net`. */
  readonly stage: string;
  /** First to last: the mean of each loss term over the epoch, and over held-out images after it. */
  readonly epochs: readonly {
    readonly losses: Readonly<Record<string, number>>;
    readonly validation?: Readonly<Record<string, number>>;
  }[];
}

/** What another way to score the same images reaches. */
export interface Comparison {
  /** What was compared, such as `|x - m|, mean`. */
  readonly name: string;
  /** Over whole images, in [0, 1], higher is better. */
  readonly imageAuroc: Measured;
  /** Over all pixels, in [0, 1], higher is better. */
  readonly pixelAuroc: Measured;
  /** A remark for the reader. */
  readonly note?: string;
}

/** Mean absolute differences in [0, 1]: x input, m impression, x̂ reconstruction. */
export interface Restoration {
  /** `|x - clean twin|` inside the defect masks. */
  readonly insideInput: number;
  /** `|m - clean twin|` inside the defect masks. */
  readonly insideImpression: number;
  /** `|x̂ - x|` outside the defect masks. */
  readonly outsideReconstruction: number;
  /** `|m - x|` outside the defect masks. */
  readonly outsideImpression: number;
}

/** Where an intermediate image differs from the input: mean absolute differences in [0, 1]. */
export interface Repair {
  /** Of the intermediate image, such as `impression`. */
  readonly name: string;
  /** Such as `m`; empty for none. */
  readonly symbol: string;
  /** Inside the defect masks. Higher means more was changed there. */
  readonly inside: number;
  /** Outside the masks of the same images. Lower is better. */
  readonly outside: number;
  /** Over good images; `null` where there are none. Lower is better. */
  readonly good: number | null;
  /** Share of all the change in defective images that lies inside their masks, in [0, 1]. */
  readonly share: number;
  /** Share of the area of defective images that lies inside their masks, in [0, 1]: what chance would give. */
  readonly area: number;
}

/** What one part of the anomaly map makes of it. */
export interface LayerShare {
  /** The layer or pair, such as `conv3_4`. */
  readonly name: string;
  /** Of the whole, in [0, 1]. */
  readonly share: number;
  /** Parts of one group add up to the whole map; `layer` and `pair` are described in words. */
  readonly group?: string;
}

/** Latent codes of images, brought down to two dimensions in one way or several. */
export interface Latent {
  /** In the order shown. */
  readonly projections: readonly {
    /** Such as `PCA`. */
    readonly name: string;
    /** What distances in it mean, in a sentence or two. */
    readonly note: string;
    /** In units of the projection. */
    readonly points: readonly LatentPoint[];
  }[];
  /** How many numbers a code has. */
  readonly dimensions?: number;
  /** What the codes are, and what their distance means, in sentences. */
  readonly about?: string;
  /** How far codes lie from that of the nearest training image, by Euclidean distance, in the units of the codes. */
  readonly distances?: {
    /** Of that distance as image score, in [0, 1], higher is better. */
    readonly auroc: Measured;
    /** The median of each group, `training` images from their nearest other one. */
    readonly groups: readonly { readonly group: string; readonly images: number; readonly median: number }[];
  };
}

/** Where the latent code of an image lies. */
export interface LatentPoint {
  /** Of the image. */
  readonly id: string;
  /** `training`, `good` or the type of defect. */
  readonly group: string;
  /** To the right, in units of the projection. */
  readonly x: number;
  /** Upwards, likewise. */
  readonly y: number;
}
