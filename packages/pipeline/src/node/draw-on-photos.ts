import { basename, extname, resolve, sep } from 'node:path';
import { everyIndex, holdOut } from '@utad/core';
import { folder, type ImageEntry, manifest, openDataset, type SplitReadOptions } from '@utad/datasets/node';
import { readManifest } from '@utad/detector';
import { entryType, folderStore } from '@utad/files/node';
import { type WritePhotoDefectsOptions, writePhotoDefects } from '@utad/synthetic/node';
import { usageError } from '../errors';
import type { Watch } from '../events';
import { openData } from './data';
import { findDataset } from './find-dataset';
import { findBundle } from './run-folder';

/** How photographs of good parts get defects. */
export interface PhotoOptions
  extends Watch,
    Pick<
      WritePhotoDefectsOptions,
      'defects' | 'good' | 'defective' | 'size' | 'severity' | 'defectSize' | 'contrast' | 'seed' | 'force'
    > {
  /** The folder to make. */
  readonly out: string;
  /** A folder, a data set, one product of MVTec AD, or a manifest, whose good training images are drawn on. */
  readonly photos?: string;
  /** A run, instead: what it held out for its thresholds is drawn on, which it was not trained on. */
  readonly heldOutOf?: string;
  /** What `photos` is. Default what it looks like. */
  readonly dataset?: string;
  /** The product that `photos` show. */
  readonly category?: readonly string[];
  /** Use at most so many of `photos`, chosen by seed. */
  readonly limit?: number;
}

/** What was drawn on. */
export interface DrawnPhotos {
  /** The folder that the pictures were put into. */
  readonly category: string;
  /** The folder of the photographs, and how many they are. */
  readonly photos: { readonly root: string; readonly count: number };
  /** How many pictures of either sort were written. */
  readonly images: Awaited<ReturnType<typeof writePhotoDefects>>;
}

/**
 * Draws defects on photographs of good parts: half of them stay good, and all go into the test split of a data set in the
 * layout of MVTec AD, for choosing settings without a test set.
 *
 * @throws PipelineError `usage` where the photographs can't be had, or `out` is in the way.
 */
export async function drawOnPhotos(options: PhotoOptions): Promise<DrawnPhotos> {
  const { out, photos: path = '', heldOutOf, dataset: _, category: __, limit: ___, ...asked } = options;
  const { force = false, seed = 0, onEvent, signal, ...drawing } = asked;
  await expectFree(out, force);
  const photos =
    heldOutOf === undefined ? await photosAt(path, options) : await photosHeldOut(heldOutOf, options);
  expectOutside(out, photos.root);
  const images = await writePhotoDefects({
    ...drawing,
    photos: photos.entries,
    ...(photos.whiteLevel !== undefined && { whiteLevel: photos.whiteLevel }),
    out,
    category: photos.name,
    seed,
    force,
    ...(signal && { signal }),
    onProgress: (done, total) => onEvent?.({ type: 'progress', task: 'pictures drawn', done, total }),
  });
  return { category: photos.name, photos: { root: photos.root, count: photos.entries.length }, images };
}

/** Before every photograph is read, which takes a while. */
async function expectFree(out: string, force: boolean): Promise<void> {
  if (force || (await entryType(out)) === undefined) return;
  throw usageError(`expected a new folder, found ${out}; --force replaces it`, 'out');
}

/** Pictures among the photographs would be trained on as good ones. */
function expectOutside(out: string, root: string): void {
  if (!`${resolve(out)}${sep}`.startsWith(`${root}${sep}`)) return;
  throw usageError(`expected a folder outside ${root}, where the photographs are, received ${out}`, 'out');
}

/** Photographs of good parts. */
interface Photos {
  readonly entries: readonly ImageEntry[];
  /** Of the product, or of the folder they are in. */
  readonly name: string;
  /** Where they are. */
  readonly root: string;
  /** What is white in those of more than 8 bits. Default 65535. */
  readonly whiteLevel?: number;
}

/**
 * The good training images of whatever lies at a path.
 *
 * @throws PipelineError `usage` where these are no photographs in files of their own.
 */
async function photosAt(
  path: string,
  { dataset, category: named, limit, seed = 0, onEvent, signal }: PhotoOptions,
): Promise<Photos> {
  const { location, name } = await findDataset(path, {
    ...(dataset !== undefined && { dataset }),
    ...(named !== undefined && { category: named }),
  });
  const root = resolve(path);
  const reading: SplitReadOptions = {
    split: 'train',
    // Every file is looked at before anything is drawn; what is drawn on is read again as large as it is.
    size: [32, 32],
    seed,
    ...(signal && { signal }),
    ...(limit !== undefined && { limit }),
    onProgress: (done, total) => onEvent?.({ type: 'progress', task: 'photographs read', done, total }),
  };
  if (location.source === 'classes') {
    throw usageError(`expected photographs of one product, received the classes of ${name}`, 'photos');
  }
  if (location.source === 'manifest') {
    const { entries } = await manifest({ ...reading, file: location.file });
    return { entries, name: basename(root, extname(root)), root };
  }
  if (location.source === 'folder') {
    const { entries } = await folder({ ...reading, root: location.root });
    return { entries, name: basename(root), root };
  }
  const [category, ...more] = location.categories ?? [];
  if (more.length > 0) {
    throw usageError(`expected one product, received ${location.categories?.join(', ')}`, 'category');
  }
  const { entries } = await openDataset(location.known, {
    ...reading,
    root: location.root,
    ...(category !== undefined && { category }),
  });
  return { entries, name: category ?? basename(root), root };
}

/**
 * The photographs that a run kept from its training, to fit its thresholds on.
 *
 * @throws PipelineError `usage` where they can't be had, or are not what they were.
 */
async function photosHeldOut(path: string, { onEvent, signal }: Watch): Promise<Photos> {
  const { path: bundle, run: runFolder } = await findBundle(path);
  if (runFolder === undefined) {
    throw usageError(`expected the folder of a run, received the bundle ${path}`, 'heldOutOf');
  }
  const run = await runFolder.readConfig();
  const { root, limit, seed, skipBad } = run;
  if (root === null) {
    throw usageError('expected a run on photographs, received one on images that are drawn', 'heldOutOf');
  }
  const manifest = await readManifest(folderStore(bundle));
  const { whiteLevel } = manifest.preprocessing ?? {};
  const { data, entries } = await openData(run, {
    ...{ split: 'train', size: manifest.inputSize, limit, seed, skipBad, whiteLevel },
    ...{ splits: await runFolder.readSplits(), onEvent, signal, quiet: true },
  });
  const { training, heldOut } = holdOut(data, { seed });
  const before = manifest.training.fingerprint;
  // What varies training images adds how it does so.
  if (before !== training.fingerprint && !before.startsWith(`${training.fingerprint}+`)) {
    throw usageError(`expected the images that ${path} was trained on, found others in ${root}`, 'heldOutOf');
  }
  const ids = new Set<string>();
  const all = everyIndex(heldOut);
  for await (const { id } of heldOut.records(all)) ids.add(id);
  const those = entries.filter(({ id }) => ids.has(id));
  if (those.length < ids.size) {
    throw usageError(
      `expected photographs in files of their own, received ${run.dataset} images`,
      'heldOutOf',
    );
  }
  return {
    ...{ entries: those, name: run.category ?? basename(root), root },
    ...(whiteLevel !== undefined && { whiteLevel }),
  };
}
