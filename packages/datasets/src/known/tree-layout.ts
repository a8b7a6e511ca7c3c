/**
 * Where the images and masks of a dataset lie, as data: what a loader of that dataset would do.
 *
 * Patterns are paths below the dataset's root, with forward slashes. `{category}` and `{kind}` each stand for the name
 * of a folder, or a part of it. In patterns of masks and twins `{name}` is the image's path below its folder, `{stem}`
 * the same without its extension.
 */
export interface TreeLayout {
  /** Folders that an archive puts around the tree: looked into where the root does not hold it itself. */
  readonly inside?: readonly string[];
  /** Where the images are. */
  readonly images: TreeImages;
  /** What the dataset itself calls good images: the name of a folder, or a label. */
  readonly good: string;
  /** Endings of image files, lower-case, where other pictures lie among them. Default: every image. */
  readonly endings?: readonly string[];
  /** Where masks are and how they are read. Absent where there are none. */
  readonly masks?: TreeMasks;
  /** Pattern of the same scene without the defect; synthetic sets only. */
  readonly twin?: string;
}

/** Images in folders of the official splits, in folders without splits, or in a list. */
export type TreeImages =
  | {
      readonly by: 'folder';
      /** Pattern of the folder of good training images, such as `{category}/train/good`. */
      readonly train: string;
      /** Pattern of the folders of test images, such as `{category}/test/{kind}`. */
      readonly test: string;
    }
  | {
      readonly by: 'seed';
      /** Pattern of the folders of all images. There are no official splits; they are made by seed. */
      readonly all: string;
    }
  | {
      readonly by: 'list';
      /** A CSV file with a header and a line for each image, paths below the dataset's root. */
      readonly file: string;
      /** What the columns are called. */
      readonly columns: Readonly<Record<'category' | 'split' | 'label' | 'image' | 'mask', string>>;
    };

/** How masks belong to images. */
export interface TreeMasks {
  /** Patterns tried in turn for each defective image. A list names its masks itself, and this is empty. */
  readonly paths: readonly string[];
  /** A pixel is anomalous where the mask's value is above this, 0 to 254. */
  readonly threshold: number;
}
