import { DatasetError } from '../errors';
import type { KnownClasses } from '../known/known-dataset';
import { type OneClassData, type OneClassOptions, openClasses } from './one-class/open-classes';
import type { SplitDataset } from './splits/open-split';
import { openTree, type TreeDescription, type TreeOptions } from './tree/open-tree';

/**
 * Opens one split of a described dataset of image files, such as `MVTEC_AD`. Published splits are kept; a tree without any
 * is divided by seed.
 *
 * Good test images have an empty mask; where there is no folder of masks, no image has one.
 *
 * @param known A description of the main entry, or `{ format: 'tree', layout }` for a tree of your own.
 * @throws DatasetError `root-missing`, `category-unknown` (the known ones are named), `split-missing`, `mask-missing`,
 *   `mask-without-image`, `size-mismatch`, `empty`, `manifest`, `duplicate`, `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 * @example await openDataset(MVTEC_AD, { root: 'mvtec_ad', category: 'screw', split: 'test', size: [256, 256] })
 */
export function openDataset(known: TreeDescription, options: TreeOptions): Promise<SplitDataset>;
/**
 * Opens one split of a dataset of classes for the one-class protocol: `MNIST` and `FASHION_MNIST` from their IDX files, in
 * gzip or not, `CIFAR10` from its binary batches, in the root or in `cifar-10-batches-bin`.
 *
 * @throws DatasetError `root-missing`, `category-unknown` (the classes are named), `split-missing`, `format`,
 *   `unreadable`, `empty`, `invalid-option`
 * @example await openDataset(MNIST, { root: 'mnist', normalClass: 8, split: 'train', size: [64, 64] })
 */
export function openDataset(known: KnownClasses, options: OneClassOptions): Promise<OneClassData>;
export async function openDataset(
  known: TreeDescription | KnownClasses,
  options: TreeOptions | OneClassOptions,
): Promise<SplitDataset | OneClassData> {
  if (known.format === 'tree') {
    if (!('normalClass' in options)) return openTree(known, options);
    const message = `normalClass: expected none for a dataset of image files, received ${options.normalClass}`;
    throw new DatasetError('invalid-option', message);
  }
  if ('normalClass' in options) return openClasses(known, options);
  const message = `normalClass: expected a class of ${known.title}, by number or name, received none`;
  throw new DatasetError('invalid-option', message);
}

/** A dataset on the disk: where it is, and how it is laid out. */
export type DatasetLocation =
  | {
      /** Folders of images, as a layout describes. */
      readonly source: 'tree';
      readonly known: TreeDescription;
      readonly root: string;
      /** Default all that are there. */
      readonly categories?: readonly string[];
    }
  | {
      /** A plain folder, as `folder` opens it. */
      readonly source: 'folder';
      readonly root: string;
      /** As for `folder`. */
      readonly good?: string;
    }
  | {
      /** A list of images, as `manifest` opens it. */
      readonly source: 'manifest';
      readonly file: string;
    }
  | {
      /** Files of a dataset of classes, such as MNIST. */
      readonly source: 'classes';
      readonly known: KnownClasses;
      readonly root: string;
    };
