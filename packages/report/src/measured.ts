/** A number of a report, or `null` where it is not defined, such as an AUROC of one class. */
export type Measured = number | null;

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
