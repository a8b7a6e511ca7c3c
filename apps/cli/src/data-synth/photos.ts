import { basename, extname, resolve } from 'node:path';
import { folder, type ImageEntry, manifest, openTree, type SplitReadOptions } from '@utad/datasets/node';
import type { Context } from '../context';
import { placedDataset } from '../data-placed/placed-dataset';
import { UsageError } from '../errors';
import type { DataSynthOptions } from './options';

/** Photographs of good parts. */
export interface Photos {
  readonly entries: readonly ImageEntry[];
  /** Of the product, or of the folder they are in. */
  readonly name: string;
  /** Where they are. */
  readonly root: string;
}

/**
 * The good training images of whatever lies at a path.
 *
 * @throws UsageError where these are no photographs in files of their own.
 */
export async function photosAt(
  path: string,
  options: Pick<DataSynthOptions, 'dataset' | 'category' | 'limit'>,
  { output, signal, seed = 0 }: Context,
): Promise<Photos> {
  const { dataset: kind, category: named, limit } = options;
  const { dataset, name } = await placedDataset(path, {
    ...(kind !== undefined && { dataset: kind }),
    ...(named !== undefined && { category: named }),
  });
  const root = resolve(path);
  const reading: SplitReadOptions = {
    split: 'train',
    // Every file is looked at before anything is drawn; what is drawn on is read again as large as it is.
    size: [32, 32],
    seed,
    signal,
    ...(limit !== undefined && { limit }),
    onProgress: (done, total) => output.status(`${done}/${total} photographs read`),
  };
  if (dataset.kind === 'classes') {
    throw new UsageError(`--photos: expected photographs of one product, received the classes of ${name}`);
  }
  if (dataset.kind === 'manifest') {
    const { entries } = await manifest({ ...reading, file: dataset.file });
    return { entries, name: basename(root, extname(root)), root };
  }
  if (dataset.kind === 'folder') {
    const { entries } = await folder({ ...reading, root: dataset.root });
    return { entries, name: basename(root), root };
  }
  const [category, ...more] = dataset.categories ?? [];
  if (more.length > 0) {
    throw new UsageError(`--category: expected one product, received ${dataset.categories?.join(', ')}`);
  }
  const { entries } = await openTree(dataset.layout, {
    ...reading,
    root: dataset.root,
    ...(category !== undefined && { category }),
  });
  return { entries, name: category ?? basename(root), root };
}
