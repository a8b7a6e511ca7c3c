import { join, relative, sep } from 'node:path';
import { DatasetError } from '../errors';
import { type FileDataset, type ImageEntry, openFiles, type ReadOptions } from './file-dataset';
import { expectFolder, folderNames, imagePaths } from './image-paths';
import { limitEntries } from './limit';

/** Which images of a plain folder to open, and how. */
export interface FolderOptions extends ReadOptions {
  /** The folder with the images, or with a folder for each kind of them. */
  readonly root: string;
  /**
   * `train` (the default) takes the images in `good/` where there is such a folder, else all, as good ones. `test` takes
   * the folders inside by their names: `good`, and every other one a type of defect.
   */
  readonly split?: 'train' | 'test';
  /** At most so many images, chosen by `seed`. */
  readonly limit?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Images in a plain folder, in natural order of their names. No masks.
 *
 * @throws DatasetError `root-missing`, `split-missing` (a test split without a folder `good`), `empty`,
 *   `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function folder(options: FolderOptions): Promise<FileDataset> {
  const { root, split = 'train', limit, seed = 0 } = options;
  await expectFolder(root, 'root');
  const names = await folderNames(root);
  const entries: ImageEntry[] = [];
  const add = async (path: string, label: 0 | 1, kind: string) => {
    for (const image of await imagePaths(path)) {
      entries.push({ id: relative(root, image).split(sep).join('/'), label, kind, path: image });
    }
  };
  if (split === 'train') {
    await add(names.includes('good') ? join(root, 'good') : root, 0, 'good');
  } else {
    if (!names.includes('good')) {
      throw new DatasetError(
        'split-missing',
        `expected a folder good and one a type of defect in ${root}, found ${names.join(', ') || 'none'}`,
      );
    }
    for (const name of names) await add(join(root, name), name === 'good' ? 0 : 1, name);
  }
  if (entries.length === 0) throw new DatasetError('empty', `expected images in ${root}, found none`);
  return openFiles(limit === undefined ? entries : limitEntries(entries, limit, seed), options);
}
