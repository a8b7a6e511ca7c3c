/** Where one record comes from. */
export interface ImageEntry {
  /** Path below the root or category, with forward slashes: unique, and the same on every machine. */
  readonly id: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** `good`, or the type of defect. */
  readonly defectType: string;
  /** Of the image file. */
  readonly path: string;
  /**
   * A file, in which a pixel is anomalous where its value is above `threshold` (0 to 254), or without one where the values of
   * the file say so: see `MaskReport`; `none` where nothing is wrong with the image; absent where it is not known.
   */
  readonly mask?: { readonly path: string; readonly threshold?: number } | 'none';
  /** File of the same scene without the defect; synthetic sets only. */
  readonly cleanTwinPath?: string;
}
