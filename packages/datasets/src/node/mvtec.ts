import { MVTEC_AD } from '../known/mvtec-ad';
import type { FileDataset } from './pipeline/open-files';
import type { ReadOptions } from './pipeline/read-options';
import { openTree, treeCategories } from './tree/open-tree';

/** Which part of an MVTec AD category to open, and how. */
export interface MvtecOptions extends ReadOptions {
  /** The folder that holds the categories. */
  readonly root: string;
  /** A folder of the root, such as `screw`. */
  readonly category: string;
  /** `train` has good images only; `test` has all kinds, with masks. */
  readonly split: 'train' | 'test';
  /** At most so many images, chosen by `seed`, every kind of the test split with its share. */
  readonly limit?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * A category laid out as in MVTec AD (Bergmann et al., CVPR 2019, https://www.mvtec.com/company/research/datasets/mvtec-ad,
 * CC BY-NC-SA 4.0):
 *
 * ```
 * <root>/<category>/train/good/000.png
 *                   test/good/000.png
 *                   test/<defect>/000.png
 *                   ground_truth/<defect>/000_mask.png
 *                   clean_twin/<defect>/000.png          synthetic sets only
 * ```
 *
 * Good test images have an empty mask; in a category without `ground_truth` no image has one.
 *
 * @throws DatasetError `root-missing`, `category-unknown` (the known ones are named), `split-missing`, `mask-missing`,
 *   `mask-without-image`, `size-mismatch`, `empty`, `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function mvtec(options: MvtecOptions): Promise<FileDataset> {
  return openTree(MVTEC_AD.layout, options);
}

/** The categories in a root: its folders that hold `train` or `test`. */
export async function mvtecCategories(root: string): Promise<string[]> {
  return treeCategories(MVTEC_AD.layout, root);
}
