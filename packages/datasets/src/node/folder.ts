import { extname, join } from 'node:path';
import { DatasetError } from '../errors';
import { MaskFiles } from './mask-files';
import { expectFolder, folderNames, idBelow, imagePaths, pathType } from './paths';
import type { ImageEntry } from './pipeline/image-entry';
import { type FoundEntries, openSplit, type SplitDataset, type SplitReadOptions } from './splits/open-split';

/** Which images of a plain folder to open, and how. */
export interface FolderOptions extends SplitReadOptions {
  /** The folder with the images, or with a folder for each type of defect or split of them. */
  readonly root: string;
}

const MASKS = ['masks', 'ground_truth'];
const VALIDATION = ['validation', 'val'];

/**
 * Images in a folder, in natural order of their names. It may hold
 *
 * - images alone, at any depth, all good;
 * - a folder `good`, and beside it one for each type of defect: divided by seed, since what was trained on must not be
 *   tested on;
 * - folders `train` and `test`, and perhaps `validation` or `val`, each with either of these inside. Training images are
 *   good ones alone.
 *
 * The mask of `<defect>/<name>.<ending>` is `<name>.png` or `<name>_mask.png` in `masks/<defect>` or `ground_truth/<defect>`,
 * brighter than half where the image is defective. Where there is one, all defective images have one.
 *
 * @throws DatasetError `root-missing`, `split-missing`, `empty`, `mask-missing`, `mask-without-image`, `size-mismatch`,
 *   `duplicate` (two splits hold the same image), `manifest` (`splits` say otherwise), `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function folder(options: FolderOptions): Promise<SplitDataset> {
  const { root, split = 'train', shares, splits } = options;
  const found = await folderEntries(root);
  const asked = shares !== undefined || splits !== undefined;
  if (split !== 'train' && !asked && 'undivided' in found) {
    if (found.undivided.every(({ label }) => label === 0)) {
      const names = (await folderNames(root)).join(', ') || 'none';
      const message = `expected a folder good and one a type of defect in ${root}, found ${names}`;
      throw new DatasetError('split-missing', message);
    }
  }
  return openSplit(found, root, options);
}

/** Lists what {@link folder} opens. */
export async function folderEntries(root: string): Promise<FoundEntries> {
  await expectFolder(root, 'root');
  const names = await folderNames(root);
  const masks = await masksIn(root);
  const hasSplits = names.includes('test') || (names.includes('train') && !names.includes('good'));
  if (!hasSplits) {
    const defectTypes = names.includes('good') ? names : [];
    const undivided = await entriesIn(root, root, defectTypes, masks);
    masks?.expectNoOthers();
    return { undivided };
  }
  const of = async (split: readonly string[]): Promise<ImageEntry[]> => {
    const name = split.find((candidate) => names.includes(candidate));
    if (name === undefined) return [];
    const part = join(root, name);
    const inside = await folderNames(part);
    const defectTypes = name !== 'train' || inside.includes('good') ? inside : [];
    return entriesIn(root, part, defectTypes, masks);
  };
  const divided = { train: await of(['train']), validation: await of(VALIDATION), test: await of(['test']) };
  const defective = divided.train.find(({ label }) => label === 1);
  if (defective !== undefined) {
    const message = `train: expected good images alone in ${join(root, 'train')}, found ${defective.id}`;
    throw new DatasetError('manifest', message);
  }
  masks?.expectNoOthers();
  return { divided };
}

/** Images of a folder by their types of defect, where it has folders for them; else all of them as good. */
async function entriesIn(
  root: string,
  part: string,
  names: readonly string[],
  masks: MaskFiles | undefined,
): Promise<ImageEntry[]> {
  const defectTypes = names.filter((name) => !MASKS.includes(name));
  if (defectTypes.length === 0) {
    const images = (await imagePaths(part)).filter((path) => !masks?.has(path));
    return images.map((path) => ({ id: idBelow(root, path), label: 0, defectType: 'good', path }));
  }
  const entries: ImageEntry[] = [];
  for (const defectType of defectTypes) {
    const images = join(part, defectType);
    for (const path of await imagePaths(images)) {
      const entry = { id: idBelow(root, path), defectType, path };
      if (defectType === 'good') {
        entries.push({ ...entry, label: 0, ...(masks && { mask: 'none' }) });
        masks?.claim(candidates(masks.folder, defectType, images, path));
      } else {
        const mask = masks?.of(path, candidates(masks.folder, defectType, images, path));
        entries.push({ ...entry, label: 1, ...(mask !== undefined && { mask: { path: mask } }) });
      }
    }
  }
  return entries;
}

function candidates(masks: string, defectType: string, images: string, path: string): string[] {
  const stem = idBelow(images, path).slice(0, -extname(path).length);
  return [join(masks, defectType, `${stem}.png`), join(masks, defectType, `${stem}_mask.png`)];
}

async function masksIn(root: string): Promise<MaskFiles | undefined> {
  for (const name of MASKS) {
    const path = join(root, name);
    if ((await pathType(path)) === 'folder') return new MaskFiles(path, await imagePaths(path));
  }
  return undefined;
}
