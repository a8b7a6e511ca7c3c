import type { IntervalMethod, PixelCurves } from '@utad/eval';

/** One image of a test set with its scores. */
export interface EvaluatedImage {
  /** Of its record. */
  readonly id: string;
  /** `good`, or the type of defect. */
  readonly defectType: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** The detector's own. */
  readonly score: number;
  /** Mean and maximum of the map, at its own size. */
  readonly scores: Readonly<Record<'mean' | 'max', number>>;
}

/** Areas under ROC curves; null where they are not defined, and a note says why. */
export interface Areas {
  /** With the detector's reduction of the map to a score. */
  readonly imageAuroc: number | null;
  /** With the mean of the map as score. */
  readonly imageAurocMean: number | null;
  /** With the maximum of the map as score. */
  readonly imageAurocMax: number | null;
  /** Over all pixels of the test set, at {@link METRIC_SIZE}. */
  readonly pixelAuroc: number | null;
}

/** Where the true value of a metric lies with the confidence given, images being drawn anew within each class. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Coverage, in (0, 1). */
  readonly confidence: number;
  /** Bootstrap of 2,000 draws, BCa; above 1,000 images the percentiles of 1,000 draws. */
  readonly method: IntervalMethod;
}

/** What a detector reached on the images of one kind. */
export interface DefectTypeResult {
  /** `good`, or the type of defect. */
  readonly defectType: string;
  /** Ground truth of its images. */
  readonly label: 0 | 1;
  /** How many there are. */
  readonly images: number;
  /** How many of them score at least the fitted image threshold: found where they are anomalous, false alarms where good. */
  readonly called: number;
  /** Image AUROC against all good images; null for good ones, and where there are none. */
  readonly auroc: number | null;
  /** Of `auroc`; null where it is not defined. */
  readonly interval: Interval | null;
  /** IoU of their pixels at the fitted threshold, pooled; null without masks, and where there is no defect to find. */
  readonly iou: number | null;
  /**
   * Pixel AUROC over their pixels and those of all good images, at `METRIC_SIZE`; null for good images, where one of
   * these images has no mask, and where a note says why.
   */
  readonly pixelAuroc: number | null;
  /** AUPRO to a false positive rate of 0.3 over the same pixels; null where `pixelAuroc` is. */
  readonly aupro: number | null;
  /** Median of their scores. */
  readonly median: number;
}

/**
 * Where a picture that explains a map differs from the input, in mean absolute differences of pixels: whether it was repaired
 * where the defects are, and nowhere else.
 */
export interface RepairMeasure {
  /** Inside the masks. Higher means more was changed there. */
  readonly inside: number;
  /** Outside the masks of the same images. Lower is better. */
  readonly outside: number;
  /** Over images without a defect; null where there are none. Lower is better. */
  readonly good: number | null;
  /** Share of all the difference in defective images that lies inside their masks, in [0, 1]. */
  readonly share: number;
  /** Share of the pixels of defective images that lie inside: what `share` would be if changes fell anywhere. */
  readonly area: number;
}

/** Mean absolute differences in [0, 1] that say whether a detector restores images; needs clean twins. */
export interface RestorationMeasure {
  /** Of the input from the clean twin, inside defect masks. */
  readonly insideInput: number;
  /** Of each picture from the clean twin, inside defect masks; lower is better. */
  readonly inside: Readonly<Record<string, number>>;
  /** Of each picture from the input, outside defect masks. */
  readonly outside: Readonly<Record<string, number>>;
}

/** What a detector reached on a test set. Areas, F1 and IoU are in [0, 1], higher is better; `null` is not defined. */
export interface Evaluation {
  /** How many images of either class there were. */
  readonly images: { readonly good: number; readonly anomalous: number };
  /** Every image, in the order of the test set. */
  readonly items: readonly EvaluatedImage[];
  /** Over images, with the detector's own score. */
  readonly image: {
    readonly auroc: number | null;
    /** With the mean of the map as score, and with its maximum. */
    readonly aurocMean: number | null;
    readonly aurocMax: number | null;
    /** Average precision. */
    readonly aupr: number | null;
    /** The largest F1 of any threshold, an upper bound since it looks at the test set. */
    readonly f1Max: number | null;
  };
  /**
   * Over all pixels at {@link METRIC_SIZE}: AUROC, average precision, AUPRO to a false positive rate of 0.3, the largest
   * F1, and IoU at each of three thresholds (`fitted` is the only one that never saw the test set).
   */
  readonly pixel: {
    readonly auroc: number | null;
    readonly aupr: number | null;
    readonly aupro: number | null;
    readonly f1Max: number | null;
    readonly iou: Readonly<Record<'paper' | 'fitted' | 'oracle', number | null>>;
  };
  /** How sure the numbers over images are. Pixels are no independent samples, and have none. */
  readonly intervals: {
    readonly image: {
      readonly auroc: Interval | null;
      readonly aupr: Interval | null;
      readonly f1Max: Interval | null;
    };
  };
  /** Good images first, then each type of defect by name. */
  readonly kinds: readonly DefectTypeResult[];
  /** For drawing: ROC, precision-recall and PRO curve of pixels. Absent where pixel metrics are not defined. */
  readonly pixelCurves?: PixelCurves;
  /** Pixel thresholds that depend on the test set; null without masks. */
  readonly testThresholds: { readonly paper: number; readonly oracle: number | null };
  /** Of the pixel map |x - image| for each picture that explains the map, scored with the detector's reduction. */
  readonly pixelDifference: Readonly<Record<string, Areas>>;
  /** Of the same maps, what lies inside masks; without those of which no mask or no defect is known. */
  readonly repairs: Readonly<Record<string, RepairMeasure>>;
  /** Share of the map that each of its parts makes, where the detector tells. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Whether images are restored; only for test sets with clean twins. */
  readonly restoration?: RestorationMeasure;
  /** Seconds of prediction, reading included. */
  readonly seconds: number;
  /** Sentences on numbers that are not defined. */
  readonly notes: readonly string[];
}
