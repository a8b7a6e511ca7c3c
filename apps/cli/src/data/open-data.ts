import type { Dataset, Size } from '@utad/core';
import {
  KNOWN_DATASETS,
  type KnownDataset,
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_PRODUCTS,
  synthesize,
} from '@utad/datasets';
import {
  folder,
  type ImageEntry,
  manifest,
  openClasses,
  openTree,
  type SplitDataset,
  type SplitReadOptions,
  type Splits,
} from '@utad/datasets/node';
import { METRIC_SIZE } from '@utad/detector';
import { UsageError } from '../errors';
import type { Output } from '../terminal/output';
import { decodedImagesFolder } from './decoded-images';
import { changeSentences, conversionSentences, divisionSentences, skippedSentences } from './sentences';
import { type DataSource, nameOf } from './source';

/** How many images a synthetic data set has where nobody says otherwise: half of the test images are good. */
const SYNTHETIC_COUNTS = { train: 200, good: 40, defective: 8 } as const;

export interface OpenDataOptions {
  readonly split: 'train' | 'test';
  /** What the images are resized to. */
  readonly size: Size;
  readonly limit: number | null;
  readonly seed: number;
  /** How a data set without splits was divided before. */
  readonly splits?: Splits | undefined;
  /** Images came or went since `splits` were made: they may have where images are tested on, not where they train. */
  readonly mayHaveChanged?: boolean;
  /** Nothing of the data set was trained on: without splits of its own it is taken whole. */
  readonly whole?: boolean;
  /** Leave out images that cannot be read, instead of failing. */
  readonly skipBad: boolean;
  /** Keep decoded images in the user's cache folder. Default false. */
  readonly cache?: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Say nothing of what was done to the images. */
  readonly quiet?: boolean;
}

/** Images ready to be read, with what a reader of results must know of them. */
export interface OpenedData {
  readonly data: Dataset;
  /** How images without splits of their own were divided; null where they have some, or were taken whole. */
  readonly splits: Splits | null;
  /** The files; none for images that lie in no file of their own. */
  readonly entries: readonly ImageEntry[];
  /** Height and width of the file of an image, by its identifier; undefined for images that lie in no file of their own. */
  readonly fileSizeOf: (id: string) => Size | undefined;
  readonly notes: readonly string[];
}

/** Opens a data set, and says once each what was converted, divided and left out. */
export async function openData(source: DataSource, options: OpenDataOptions): Promise<OpenedData> {
  const { split, limit, output, quiet = false } = options;
  const reduced = limit === null ? [] : [`The ${split} set is reduced to at most ${limit} images, by seed.`];
  if (source.dataset === 'synthetic') {
    const data = drawn(source.category, options);
    return { data, splits: null, entries: [], fileSizeOf: () => undefined, notes: reduced };
  }
  const { data, splits, entries, fileSizeOf, said } = await read(source, options);
  output.clearStatus();
  if (!quiet) for (const sentence of said) output.note(sentence);
  return { data, splits, entries, fileSizeOf, notes: [...reduced, ...said] };
}

interface ReadData extends Pick<OpenedData, 'data' | 'splits' | 'entries' | 'fileSizeOf'> {
  readonly said: readonly string[];
}

async function read(source: DataSource, options: OpenDataOptions): Promise<ReadData> {
  const { split, size, limit, seed, output, signal } = options;
  const { dataset, root, category } = source;
  const common = {
    root: root ?? '',
    split,
    size,
    seed,
    signal,
    ...(limit !== null && { limit }),
    onProgress: (done: number, total: number) =>
      output.status(`${nameOf(source)}  ${done}/${total} ${split} images read`),
  };
  const known = KNOWN_DATASETS.find(({ id }) => id === dataset);
  if (known !== undefined && known.kind !== 'tree') {
    const data = await openClasses(known, { ...common, normalClass: category ?? '' });
    return { data, splits: null, entries: [], fileSizeOf: () => undefined, said: data.notes };
  }
  const { splits: recorded, mayHaveChanged = false, whole = false, skipBad, cache = false } = options;
  const data = await openFiles(known, source, {
    ...common,
    maskSize: METRIC_SIZE,
    whole,
    onChange: mayHaveChanged ? 'test' : 'refuse',
    ...(recorded && { splits: recorded }),
    onBad: skipBad ? 'skip' : 'throw',
    ...(cache && { cacheFolder: decodedImagesFolder() }),
  });
  // It changes no result, so that it is for the person at the terminal, and not for the notes of the run.
  if (data.cache?.problem) output.note(`${data.cache.problem}.`);
  const said = [
    ...skippedSentences(data.skipped),
    ...conversionSentences(data.conversions),
    ...divisionSentences(data.splits),
    ...changeSentences(recorded, data.splits),
  ];
  return { data, splits: data.splits, entries: data.entries, fileSizeOf: fileSizes(data), said };
}

function fileSizes(data: SplitDataset): OpenedData['fileSizeOf'] {
  const indices = new Map(data.entries.map(({ id }, index) => [id, index]));
  return (id) => {
    const index = indices.get(id);
    return index === undefined ? undefined : data.fileSize(index);
  };
}

function openFiles(
  known: Extract<KnownDataset, { kind: 'tree' }> | undefined,
  { dataset, category }: DataSource,
  options: SplitReadOptions & { readonly root: string },
): Promise<SplitDataset> {
  if (known !== undefined) {
    return openTree(known.layout, { ...options, ...(category !== null && { category }) });
  }
  return dataset === 'manifest' ? manifest({ ...options, file: options.root }) : folder(options);
}

function drawn(category: string | null, { split, size, limit, seed }: OpenDataOptions): Dataset {
  const known = SYNTHETIC_CATEGORIES.find((name) => name === category);
  if (known === undefined) {
    throw new UsageError(
      `--category: expected a synthetic product of ${SYNTHETIC_CATEGORIES.join(', ')}, received ${category}`,
    );
  }
  const { train, good, defective } = SYNTHETIC_COUNTS;
  const common = { category: known, split, size, seed };
  if (split === 'train') return synthesize({ ...common, count: Math.min(limit ?? train, train) });
  const share =
    limit === null ? 1 : Math.min(1, limit / (good + defective * SYNTHETIC_PRODUCTS[known].defects.length));
  const part = (count: number) => Math.max(1, Math.round(count * share));
  return synthesize({ ...common, count: part(good), defective: part(defective) });
}
