/** A number of a report, or `null` where it is not defined, such as an AUROC of one class. */
export type Measured = number | null;

/** Where a metric would lie with other images of the same sort, in the units of the metric. */
export interface ReportInterval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Coverage in (0, 1), such as 0.95. */
  readonly confidence: number;
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
    readonly intervals?: Readonly<Partial<Record<'auroc' | 'aupr' | 'f1Max', ReportInterval | null>>>;
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
export interface KindResult {
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
  readonly interval?: ReportInterval | null;
  /** Of the pixels of these images at the fitted pixel threshold, in [0, 1], higher is better. */
  readonly iou: Measured;
  /** Of the pixels of these images and of the good ones, in [0, 1], higher is better. */
  readonly pixelAuroc?: Measured;
  /** Area under the per-region overlap curve to a false positive rate of 0.3 of the same pixels; higher is better. */
  readonly aupro?: Measured;
  /** Median of the image scores. */
  readonly median: number;
}
