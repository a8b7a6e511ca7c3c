import type { PixelCurves, ResultInterval } from '@utad/eval';
import type { ImageScore, Measured } from '../measured';
import type { Gallery, PictureName } from './gallery/gallery';

/** Everything a report shows, as plain data. Scores and map values are higher where something is more anomalous. */
export interface ReportData {
  /** What was measured on what, such as `autoencoder on synthetic / washer`. */
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
  /** What of the anomaly map the image score is, such as `maximum`; left out where it is another number. */
  readonly reduction?: string;
  /** Every image of the test set. */
  readonly scores: readonly ImageScore[];
  /** The good images, and each type of defect against them. */
  readonly defectTypes?: readonly DefectTypeRow[];
  /** ROC, precision-recall and PRO curve of all pixels, from `PixelAccumulator.curves` of `@utad/eval`. */
  readonly pixelCurves?: PixelCurves | null;
  /** The course of training, stage by stage. */
  readonly losses: readonly StageCourse[];
  /** Other ways to score the same images, the detector's own among them. */
  readonly comparisons?: readonly ScoreComparison[];
  /** How near pictures come to what they should be; needs the clean twins of defective images. */
  readonly restoration?: RestorationGoals;
  /** Where pictures differ from the input; needs masks. */
  readonly changes?: PictureChanges;
  /** What the anomaly map is made of. */
  readonly partShares?: readonly PartShare[];
  /** What the groups of `partShares` are called. */
  readonly partGroups?: readonly PartGroup[];
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
  /** How many good images both were fitted on; left out, nothing is said of how far they hold. */
  readonly images?: number;
  /** Half-way between the smallest and the largest map value of the test set; in the units of the anomaly map. */
  readonly paper?: number;
  /** Best on the test set; in the units of the anomaly map. */
  readonly oracle?: number;
}

/** A line of a table of facts. */
export type Fact = readonly [label: string, value: string];

/** The course of one stage of training. */
export interface StageCourse {
  /** For the heading, such as `encoder`. */
  readonly stage: string;
  /** First to last: the mean of each loss term over the epoch, and over held-out images after it. */
  readonly epochs: readonly {
    readonly losses: Readonly<Record<string, number>>;
    readonly validation?: Readonly<Record<string, number>>;
  }[];
}

/** What another way to score the same images reaches. */
export interface ScoreComparison {
  /** What was compared, such as `|x - x̂|, mean`. */
  readonly name: string;
  /** Over whole images, in [0, 1], higher is better. */
  readonly imageAuroc: Measured;
  /** Over all pixels, in [0, 1], higher is better. */
  readonly pixelAuroc: Measured;
  /** A remark for the reader. */
  readonly note?: string;
}

/** What the pictures of a detector are judged by, and whether they reach it. */
export interface RestorationGoals {
  /** A sentence or two on what clean twins are and what is measured. */
  readonly about?: string;
  /** In the order shown. */
  readonly goals: readonly RestorationGoal[];
}

/** One picture against another one: which of the two is nearer to what both should be. */
export interface RestorationGoal {
  /** Which pixels count: those inside the defect masks, or those outside. */
  readonly where: 'inside' | 'outside';
  /** What both should be: the same picture without the defect, or the input. */
  readonly target: 'clean twin' | 'input';
  /** What is judged. */
  readonly picture: PictureName;
  /** Its mean absolute difference from the target, in [0, 1]; lower is better. */
  readonly difference: number;
  /** What it is set against. */
  readonly reference: PictureName;
  /** The mean absolute difference of that from the target, in [0, 1]. */
  readonly referenceDifference: number;
  /** What share of the reference's difference it may have. */
  readonly goal: { readonly atMost: number } | { readonly below: number };
}

/** Where pictures of a detector differ from the input. */
export interface PictureChanges {
  /** A sentence or two on what they should change. */
  readonly about?: string;
  /** In the order shown. */
  readonly pictures: readonly PictureChange[];
}

/** Where one picture differs from the input: mean absolute differences in [0, 1]. */
export interface PictureChange extends PictureName {
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

/** Parts of an anomaly map that add up to the whole of it, and what they are called together. */
export interface PartGroup {
  /** A word for one of them, such as `layer`: parts name their group by it, and sentences use it. */
  readonly key: string;
  /** Heads their shares of the map. Default `By layer`, whatever the key is. */
  readonly heading?: string;
}

/** What one part of the anomaly map makes of it. */
export interface PartShare {
  /** Such as `conv3_4`. */
  readonly name: string;
  /** Of the whole, in [0, 1]. */
  readonly share: number;
  /** The key of a {@link PartGroup}; parts of one group add up to the whole map. */
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

/** The numbers of a test set. What is absent was not measured; what is `null` has no value, and the report says why. */
export interface ReportMetrics {
  /** Over whole images. */
  readonly image: {
    /** Area under the ROC curve of image scores, in [0, 1], higher is better. */
    readonly auroc: Measured;
    /** Average precision of image scores, in [0, 1], higher is better. */
    readonly aupr?: Measured;
    /** The best F1 score of any threshold, in [0, 1], higher is better; it looks at the labels to choose. */
    readonly f1Max?: Measured;
    /** The AUROC with the mean of the anomaly map as score. */
    readonly aurocMean?: Measured;
    /** The AUROC with the maximum of the anomaly map as score. */
    readonly aurocMax?: Measured;
    /** How sure the numbers above are, by a bootstrap over the images. */
    readonly intervals?: Readonly<Partial<Record<'auroc' | 'aupr' | 'f1Max', ResultInterval | null>>>;
  };
  /** Over all pixels; `null` without masks. */
  readonly pixel: {
    /** Area under the ROC curve of all pixels of the test set, in [0, 1], higher is better. */
    readonly auroc: Measured;
    /** Average precision over all pixels, in [0, 1], higher is better. */
    readonly aupr?: Measured;
    /** Area under the per-region overlap curve to a false positive rate of 0.3, in [0, 1], higher is better. */
    readonly aupro?: Measured;
    /** The best F1 score of any pixel threshold, in [0, 1], higher is better; it looks at the masks to choose. */
    readonly f1Max?: Measured;
    /** Intersection over union at each of the three pixel thresholds, in [0, 1], higher is better. */
    readonly iou: { readonly paper: Measured; readonly fitted: Measured; readonly oracle: Measured };
  };
}

/** How one type of defect fares against all good images, or the good images themselves. */
export interface DefectTypeRow {
  /** `good`, or the type of defect. */
  readonly defectType: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** How many images there are. */
  readonly images: number;
  /** How many of them reach the fitted image threshold. */
  readonly called: number;
  /** Of this type against all good images, in [0, 1], higher is better; `null` for good images. */
  readonly auroc: Measured;
  /** How sure the AUROC is. */
  readonly interval?: ResultInterval | null;
  /** Of the pixels of these images at the fitted pixel threshold, in [0, 1], higher is better. */
  readonly iou: Measured;
  /** Of the pixels of these images and of the good ones, in [0, 1], higher is better. */
  readonly pixelAuroc?: Measured;
  /** Area under the per-region overlap curve to a false positive rate of 0.3 of the same pixels; higher is better. */
  readonly aupro?: Measured;
  /** Median of the image scores. */
  readonly median: number;
}
