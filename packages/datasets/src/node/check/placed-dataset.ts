import type { KnownClasses } from '../../known/known-dataset';
import type { TreeLayout } from '../../known/tree-layout';

/** A dataset on the disk, and how it is laid out. */
export type PlacedDataset =
  | {
      /** Folders of images, as a layout describes. */
      readonly kind: 'tree';
      readonly layout: TreeLayout;
      readonly root: string;
      /** Default all that are there. */
      readonly categories?: readonly string[];
    }
  | {
      /** A plain folder, as `folder` opens it. */
      readonly kind: 'folder';
      readonly root: string;
    }
  | {
      /** A list of images, as `manifest` opens it. */
      readonly kind: 'manifest';
      readonly file: string;
    }
  | {
      /** Files of a dataset of classes, such as MNIST. */
      readonly kind: 'classes';
      readonly known: KnownClasses;
      readonly root: string;
    };
