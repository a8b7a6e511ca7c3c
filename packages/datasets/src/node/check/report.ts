/** What can be found in a dataset. */
export type FindingCode =
  /** An image or mask that is none, or is cut off. */
  | 'unreadable'
  /** The same bytes in two splits, or as two types of defect: what was trained on says nothing in a test. */
  | 'duplicate-across'
  /** The same bytes twice among images that are used alike: it counts double, and does no other harm. */
  | 'duplicate'
  /** A defective image without a mask, where others have one. */
  | 'mask-missing'
  /** A mask that belongs to no image. */
  | 'mask-without-image'
  /** A mask of another size than its image. */
  | 'mask-size'
  /** A mask in which nothing is marked. */
  | 'mask-empty'
  /** Images of 16 bits use the lower ones alone, where white is taken to be 65535. */
  | 'white-level'
  /** Masks have other values than 0 and 255; how they are read. */
  | 'mask-values'
  /** Regions of masks leave no pixel at the size that pixels are measured at. */
  | 'regions-lost'
  /** No image of a category has a mask. */
  | 'no-masks'
  /** A part of the dataset cannot be listed: a folder or list is not what it should be. */
  | 'listing';

/** Something found. */
export interface Finding {
  /** What it is, for code to branch on. */
  readonly code: FindingCode;
  /** Whether it should be put right, rather than known. */
  readonly wrong: boolean;
  /** The files concerned. */
  readonly paths: readonly string[];
  /** How many things it stands for, where it is more than one: those that are not told one by one. */
  readonly count?: number;
  /** One line. */
  readonly message: string;
}

/** Images of one type of defect in one split. */
export interface DefectTypeCount {
  /** Null where the dataset has none. */
  readonly category: string | null;
  /** Such as `train` or `test`. */
  readonly split: string;
  /** `good`, the type of defect, or the class. */
  readonly defectType: string;
  /** How many there are. */
  readonly images: number;
  /** Those with a mask file. */
  readonly masks: number;
}

/** What a dataset holds, and what is wrong with it. */
export interface DatasetReport {
  /** How many there are in all. */
  readonly images: number;
  /** By category, split and type of defect. */
  readonly counts: readonly DefectTypeCount[];
  /** Height and width in pixels, turned as EXIF says; the most frequent first. */
  readonly sizes: readonly {
    readonly size: readonly [height: number, width: number];
    readonly images: number;
  }[];
  /** Such as `RGB`, `grey`, `grey, 16-bit`, `RGB with alpha`; the most frequent first. */
  readonly modes: readonly { readonly mode: string; readonly images: number }[];
  /** Of the masks in which something is marked, the share of the image that is, from 0 to 1; null without such masks. */
  readonly marked: { readonly least: number; readonly median: number; readonly most: number } | null;
  /** What there is to know or to put right. */
  readonly findings: readonly Finding[];
}
