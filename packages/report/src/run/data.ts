/** Height and width in pixels, in that order. */
export type Size = readonly [height: number, width: number];

/** A number of a report, or `null` where it is not defined, such as an AUROC of one class. */
export type Measured = number | null;

/** Everything a report shows, as plain data. Scores and map values are higher where something is more anomalous. */
export interface ReportData {
  /** What was measured on what, such as `two-stage on synthetic / washer`. */
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Label and value, in the order shown: detector, preset, images, seed, backend, weights, versions. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** The headline numbers. */
  readonly metrics: ReportMetrics;
  /** Where good ends and anomalous begins. */
  readonly thresholds: ReportThresholds;
  /** How the image score comes from the anomaly map. */
  readonly reduction: 'mean' | 'max';
  /** Every image of the test set. */
  readonly scores: readonly ImageScore[];
  /** The course of training, stage by stage. */
  readonly losses: readonly StageLosses[];
  /** Other ways to score the same images, the detector's own among them. */
  readonly comparisons?: readonly Comparison[];
  /** How well images are restored; needs the clean twins of defective images. */
  readonly restoration?: Restoration;
  /** What the anomaly map is made of, by feature layer or pair of images; shares in [0, 1]. */
  readonly layerShares?: readonly LayerShare[];
  /** The images to show, such as the most and least anomalous ones; the report sorts them by score. */
  readonly gallery: readonly GalleryRow[];
  /** Sentences on what a reader should know: reduced data, numbers that are not defined, images left out. */
  readonly notes: readonly string[];
}

/** The numbers of a test set. */
export interface ReportMetrics {
  /** Over whole images. */
  readonly image: {
    /** Area under the ROC curve of image scores, in [0, 1], higher is better. */
    readonly auroc: Measured;
    /** The same with the mean of the anomaly map as score. */
    readonly aurocMean?: Measured;
    /** The same with the maximum of the anomaly map as score. */
    readonly aurocMax?: Measured;
  };
  /** Over all pixels; `null` without masks. */
  readonly pixel: {
    /** Area under the ROC curve of all pixels of the test set, in [0, 1], higher is better. */
    readonly auroc: Measured;
    /** Intersection over union at each of the three pixel thresholds, in [0, 1], higher is better. */
    readonly iou: { readonly paper: Measured; readonly fitted: Measured; readonly oracle: Measured };
  };
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

/** One image of the test set with its score. */
export interface ImageScore {
  /** Unique in the test set, such as `test/good/000.png`. */
  readonly id: string;
  /** `good`, or the type of defect. */
  readonly kind: string;
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

/** What one part of the anomaly map makes of it. */
export interface LayerShare {
  /** The layer or pair, such as `conv3_4`. */
  readonly name: string;
  /** In [0, 1]. */
  readonly share: number;
}

/** One image with everything that explains its score. */
export interface GalleryRow extends ImageScore {
  /** Of every picture, of the map and of the mask in this row. */
  readonly size: Size;
  /** The input first, then what the detector made of it. `pixels` are RGB, `H * W * 3` bytes. */
  readonly images: readonly {
    readonly name: string;
    readonly symbol: string;
    readonly pixels: Uint8Array;
  }[];
  /** `H * W` values, at least 0. */
  readonly anomalyMap: Float32Array;
  /** Ground truth, `H * W` bytes: 0 good, 1 anomalous. */
  readonly mask?: Uint8Array;
}
