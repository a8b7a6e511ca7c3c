import { access } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { DatasetError } from '../errors';
import { type FileDataset, type ImageEntry, openFiles, type ReadOptions } from './file-dataset';
import { expectFolder, folderNames, imagePaths } from './image-paths';
import { limitEntries } from './limit';

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
 *   `size-mismatch`, `empty`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function mvtec(options: MvtecOptions): Promise<FileDataset> {
  const { root, category, split, limit, seed = 0 } = options;
  await expectFolder(root, 'root');
  const folder = join(root, category);
  const known = await mvtecCategories(root);
  if (!known.includes(category)) {
    const names =
      known.length > 0 ? known.join(', ') : 'a folder with train or test inside, of which there is none';
    throw new DatasetError(
      'category-unknown',
      `category: expected ${names}, received ${category} (in ${root})`,
    );
  }
  const entries = split === 'train' ? await trainEntries(folder) : await testEntries(folder);
  return openFiles(limit === undefined ? entries : limitEntries(entries, limit, seed), options);
}

/** The categories in a root: its folders that hold `train` or `test`. */
export async function mvtecCategories(root: string): Promise<string[]> {
  const categories: string[] = [];
  for (const name of await folderNames(root)) {
    const inside = await folderNames(join(root, name));
    if (inside.includes('train') || inside.includes('test')) categories.push(name);
  }
  return categories;
}

async function trainEntries(folder: string): Promise<ImageEntry[]> {
  const good = join(folder, 'train', 'good');
  if (!(await exists(good))) throw splitMissing('good', good);
  const entries = (await imagePaths(good)).map((path) => ({
    id: idOf(folder, path),
    label: 0 as const,
    kind: 'good',
    path,
  }));
  if (entries.length === 0) throw new DatasetError('empty', `expected images in ${good}, found none`);
  return entries;
}

async function testEntries(folder: string): Promise<ImageEntry[]> {
  const hasMasks = (await folderNames(join(folder, 'ground_truth'))).length > 0;
  const entries: ImageEntry[] = [];
  const test = join(folder, 'test');
  if (!(await exists(test))) throw splitMissing('test', test);
  for (const kind of await folderNames(test)) {
    const images = join(test, kind);
    for (const path of await imagePaths(images)) {
      const entry = { id: idOf(folder, path), kind, path };
      if (kind === 'good') {
        entries.push({ ...entry, label: 0, ...(hasMasks && { mask: 'none' }) });
        continue;
      }
      const twin = join(folder, 'clean_twin', kind, relative(images, path));
      entries.push({
        ...entry,
        label: 1,
        ...(hasMasks && {
          mask: { path: await maskOf(join(folder, 'ground_truth', kind), images, path) },
        }),
        ...((await exists(twin)) && { cleanTwinPath: twin }),
      });
    }
  }
  if (entries.length === 0) {
    throw new DatasetError('empty', `expected images in ${join(test, '<kind>')}, found none`);
  }
  return entries;
}

const splitMissing = (what: 'good' | 'test', folder: string): DatasetError =>
  new DatasetError('split-missing', `expected ${what} images in ${folder}, found no such folder`);

const idOf = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');

async function maskOf(masks: string, images: string, image: string): Promise<string> {
  const withoutExtension = image.slice(0, image.length - extname(image).length);
  const path = join(masks, `${relative(images, withoutExtension)}_mask.png`);
  if (await exists(path)) return path;
  throw new DatasetError('mask-missing', `expected a mask at ${path} for ${image}, found none`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
