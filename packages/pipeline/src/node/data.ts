import { join, resolve } from 'node:path';
import type { Dataset, Size } from '@utad/core';
import { type AugmentOptions, classNumber, KNOWN_DATASETS, type KnownTree } from '@utad/datasets';
import {
  folder,
  type ImageEntry,
  lossSentences,
  manifest,
  openDataset,
  readingSentences,
  type SplitDataset,
  type SplitReadOptions,
  type Splits,
  whiteLevelSentences,
} from '@utad/datasets/node';

import { userCacheFolder } from '@utad/files/node';
import { SYNTHETIC_CATEGORIES, SYNTHETIC_PRODUCTS, synthesize } from '@utad/synthetic';
import * as z from 'zod';
import { usageError } from '../errors';
import type { Watch } from '../events';
import { METRIC_SIZE, type MetricSize } from '../metric-size';
import { formatCount } from '../text';

/** What a source of images may be: a data set known by name, a folder, the list in a manifest, or drawn products. */
export const DATASETS = [
  ...KNOWN_DATASETS.map(({ id }) => id),
  ...(['folder', 'manifest', 'synthetic'] as const),
] as const;

/** One of {@link DATASETS}. */
export type DatasetName = (typeof DATASETS)[number];

/** What a data set asks of its options, and of the score. */
interface DatasetRules {
  /** What `category` means. */
  readonly category: 'product' | 'class' | 'drawn' | 'none';
  /** How an image's score comes from its map where nobody says otherwise; null leaves it to the preset. */
  readonly reduction: 'mean' | 'max' | null;
}

/** What a data set asks, by its description. */
export function rulesOf(dataset: DatasetName): DatasetRules {
  if (dataset === 'synthetic') return { category: 'drawn', reduction: null };
  const known = KNOWN_DATASETS.find(({ id }) => id === dataset);
  if (known === undefined) return { category: 'none', reduction: null };
  // A defect is small and its place is bright; an image of another class is wrong all over.
  if (known.format !== 'tree') return { category: 'class', reduction: 'mean' };
  return { category: known.categories.length > 0 ? 'product' : 'none', reduction: 'max' };
}

/** Where images come from. */
export interface DataSource {
  /** What it is. */
  readonly dataset: DatasetName;
  /** Absolute; null for data that are drawn, not read. */
  readonly root: string | null;
  /** The product, or the class that is normal; null where there is none. */
  readonly category: string | null;
  /** Of a folder, the folder of good images in it, where its name does not say so. */
  readonly good?: string;
}

/** What is said of it; the rest is guessed. */
export interface SourceOptions {
  /** Default: `mvtec` with a category, `manifest` for a .csv or .jsonl file, else `folder`. */
  readonly dataset?: DatasetName;
  /** The folder of the images, or the file of a manifest. */
  readonly root?: string;
  /** The product, or the class that is normal, by number or name. */
  readonly category?: string;
  /**
   * Of a folder, the name of the folder of good images in it, where that is not `good` or another usual name; `.` takes all
   * images for good, whatever the names of their folders.
   */
  readonly good?: string | undefined;
}

/**
 * Makes a source of what was given, with the rest from another source where there is one.
 *
 * @throws PipelineError `usage` when something is missing, or has no meaning for this kind of data set.
 * @throws DatasetError `category-unknown` for a class that a data set of classes does not have.
 */
export function sourceOf(options: SourceOptions, otherwise?: DataSource): DataSource {
  const dataset = options.dataset ?? otherwise?.dataset ?? guess(options);
  const same = otherwise?.dataset === dataset ? otherwise : undefined;
  const root = options.root === undefined ? (same?.root ?? null) : resolve(options.root);
  const category = options.category ?? same?.category ?? null;
  const rule = rulesOf(dataset).category;
  const good = options.good ?? same?.good;
  if (options.good !== undefined && dataset !== 'folder') {
    throw usageError(`\`dataset\` ${dataset}: expected no \`good\`, received ${options.good}`);
  }
  if (rule === 'drawn') {
    if (options.root !== undefined) {
      throw usageError('`dataset` synthetic: expected no `root`, since its images are drawn, not read');
    }
    return { dataset, root: null, category: category ?? 'washer' };
  }
  if (root === null) {
    const what = dataset === 'manifest' ? 'a CSV file or JSON lines' : 'the folder of the images';
    throw usageError(`expected ${what}, received none`, 'root');
  }
  if (rule === 'none') {
    if (options.category !== undefined) {
      throw usageError(`\`dataset\` ${dataset}: expected no \`category\`, received ${options.category}`);
    }
    return { dataset, root, category: null, ...(good !== undefined && { good }) };
  }
  if (category === null) {
    const what =
      rule === 'class'
        ? 'the class that is normal, by number or name'
        : 'the name of a product, such as screw';
    throw usageError(`expected ${what}, received none`, 'category');
  }
  return { dataset, root, category: rule === 'class' ? className(dataset, category) : category };
}

function guess({ root = '', category }: SourceOptions): DatasetName {
  if (category !== undefined) return 'mvtec';
  return /\.(csv|jsonl|ndjson)$/i.test(root) ? 'manifest' : 'folder';
}

/** A class has one name, however it was given. */
function className(dataset: DatasetName, category: string): string {
  const known = KNOWN_DATASETS.find(({ id }) => id === dataset);
  if (known === undefined || known.format === 'tree') return category;
  return known.categories[classNumber(known, category)] ?? category;
}

/** A source in words: `mvtec / screw`, `folder / photos`. */
export function nameOf({ dataset, root, category }: DataSource): string {
  return [dataset, category ?? root?.split(/[\\/]/).at(-1)].filter(Boolean).join(' / ');
}

/** How training images are varied: as in `config.json` of a run. */
export const augmentConfig = z.strictObject({
  flipHorizontal: z.boolean().optional(),
  flipVertical: z.boolean().optional(),
  rotation: z.number().min(0).max(180).optional(),
  shift: z.number().min(0).max(0.5).optional(),
  brightness: z.number().min(0).max(1).optional(),
});

/** How training images are varied, checked: the options of `augmented` of `@utad/datasets` without its seed. */
export type AugmentConfig = z.infer<typeof augmentConfig>;

/**
 * How training images are to be varied, checked.
 *
 * @throws PipelineError `usage` for a name or number that has no meaning.
 */
export function checkAugment(given: unknown): AugmentConfig {
  const parsed = augmentConfig.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usageError(
    `expected some of ${Object.keys(augmentConfig.shape).join(', ')}: ${[...(issue?.path ?? []), ''].join(': ')}${issue?.message}`,
    'augment',
  );
}

/** The options without those left out, which strict optional properties tell from undefined. */
export function augmentOptions(config: AugmentConfig | null, seed: number): AugmentOptions {
  const given = Object.entries(config ?? {}).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), seed };
}

/** How many images a synthetic data set has where nobody says otherwise: half of the test images are good. */
const SYNTHETIC_COUNTS = { train: 200, good: 40, defective: 8 } as const;

export interface OpenDataOptions extends Watch {
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
  /** What masks are resized to. Default 256. */
  readonly metricSize?: MetricSize | undefined;
  /** Above which value a mask marks, from 0 to 254. Default what the data set says, or else the values of each mask. */
  readonly maskThreshold?: number | undefined;
  /** What is white in images of more than 8 bits; `auto` looks at all images first. Default 65535. */
  readonly whiteLevel?: number | 'auto' | undefined;
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
  /** SHA-256 of the file of an image, by its index; undefined for images that lie in no file of their own. */
  readonly contentHash?: (index: number) => string;
  /** What masks of files were resized to. */
  readonly metricSize: Size;
  /** What is white in images of more than 8 bits, where it was asked for. */
  readonly whiteLevel?: number;
  readonly notes: readonly string[];
}

/** Opens a data set, and says once each what was converted, divided and left out. */
export async function openData(source: DataSource, options: OpenDataOptions): Promise<OpenedData> {
  const { split, limit, onEvent, quiet = false } = options;
  const reduced = limit === null ? [] : [`The ${split} set is reduced to at most ${limit} images, by seed.`];
  if (source.dataset === 'synthetic') {
    const data = drawn(source.category, options);
    const metricSize = squareOf(options.metricSize);
    return { data, splits: null, entries: [], fileSizeOf: () => undefined, metricSize, notes: reduced };
  }
  const { said, ...opened } = await read(source, options);
  if (!quiet) for (const message of said) onEvent?.({ type: 'note', message });
  return { ...opened, notes: [...reduced, ...said] };
}

interface ReadData extends Omit<OpenedData, 'notes'> {
  readonly said: readonly string[];
}

async function read(source: DataSource, options: OpenDataOptions): Promise<ReadData> {
  const { split, size, limit, seed, onEvent, signal } = options;
  const { dataset, root, category } = source;
  const common = {
    root: root ?? '',
    split,
    size,
    seed,
    ...(signal && { signal }),
    ...(limit !== null && { limit }),
    onProgress: (done: number, total: number) =>
      onEvent?.({ type: 'progress', subject: nameOf(source), task: `${split} images read`, done, total }),
  };
  const known = KNOWN_DATASETS.find(({ id }) => id === dataset);
  if (known !== undefined && known.format !== 'tree') {
    const data = await openDataset(known, { ...common, normalClass: category ?? '' });
    const metricSize = squareOf(options.metricSize);
    return { data, splits: null, entries: [], fileSizeOf: () => undefined, metricSize, said: data.notes };
  }
  const { splits: recorded, mayHaveChanged = false, whole = false, skipBad, cache = false } = options;
  const { maskThreshold, whiteLevel } = options;
  const reading = {
    ...common,
    ...(maskThreshold !== undefined && { maskThreshold }),
    ...(whiteLevel !== undefined && { whiteLevel }),
    whole,
    onChange: mayHaveChanged ? 'test' : 'refuse',
    ...(recorded && { splits: recorded }),
    onBad: skipBad ? 'skip' : 'throw',
    ...(cache && { cacheFolder: decodedImagesFolder() }),
  } as const;
  const full = options.metricSize === 'full';
  const maskSize = full ? 'file' : squareOf(options.metricSize);
  const data = await openFiles(known, source, { ...reading, maskSize });
  const metricSize = data.maskSize;
  if (full) expectOneSize(data);
  // It changes no result, so that it is told at once, and is none of the notes of the run.
  if (data.cache?.problem) onEvent?.({ type: 'note', message: `${data.cache.problem}.` });
  const said = [
    ...skippedSentences(data.skipped),
    ...whiteLevelSentences(data.whiteLevel),
    ...conversionSentences(data.conversions),
    ...divisionSentences(data.splits),
    ...changeSentences(recorded, data.splits),
    ...data.notes,
    ...(maskThreshold === undefined ? readingSentences(data.masks) : [`Masks are cut at ${maskThreshold}.`]),
    ...lossSentences(data.masks, metricSize),
  ];
  const { entries, contentHash } = data;
  return {
    ...{ data, splits: data.splits, entries, fileSizeOf: fileSizes(data), contentHash, metricSize, said },
    ...(data.whiteLevel !== null && { whiteLevel: data.whiteLevel.level }),
  };
}

/** @throws PipelineError `usage` where there are no files whose size could be taken. */
function squareOf(metricSize: MetricSize | undefined): Size {
  if (metricSize === undefined) return METRIC_SIZE;
  if (metricSize === 'full') {
    throw usageError(
      'expected a number of pixels for images without files of their own, received full',
      'metricSize',
    );
  }
  if (Number.isSafeInteger(metricSize) && metricSize >= 16 && metricSize <= 4096)
    return [metricSize, metricSize];
  throw usageError(`expected full, or pixels a side from 16 to 4096, received ${metricSize}`, 'metricSize');
}

/** @throws PipelineError `usage` where a file has another size than masks were resized to. */
function expectOneSize(data: SplitDataset): void {
  for (let index = 0; index < data.count; index++) {
    const [first, size] = [data.maskSize.join('x'), data.fileSize(index).join('x')];
    if (size === first) continue;
    const [a, b] = [index === 0 ? 'one left out' : data.entries[0]?.path, data.entries[index]?.path];
    throw usageError(
      `full: expected images of one size, found ${first} in ${a} and ${size} in ${b}; give pixels a side instead`,
      'metricSize',
    );
  }
}

/** An image of an opened data set, by its place there. */
export interface PictureList {
  readonly of: Pick<OpenedData, 'entries' | 'contentHash'>;
  readonly indices: readonly number[];
}

/** Images of one list that are, byte for byte, among those of another: how many, and one pair by their identifiers. */
export function samePictures(
  some: PictureList,
  others: PictureList,
): { count: number; pair: [string, string] } | undefined {
  const ids = ({ of }: PictureList, index: number) => of.entries[index]?.id ?? '';
  const known = new Map<string, number>();
  for (const index of others.indices) {
    const hash = others.of.contentHash?.(index);
    if (hash !== undefined && !known.has(hash)) known.set(hash, index);
  }
  const same = some.indices.flatMap((index): [number, number][] => {
    const other = known.get(some.of.contentHash?.(index) ?? '');
    return other === undefined ? [] : [[index, other]];
  });
  const [first] = same;
  return first && { count: same.length, pair: [ids(some, first[0]), ids(others, first[1])] };
}

function fileSizes(data: SplitDataset): OpenedData['fileSizeOf'] {
  const indices = new Map(data.entries.map(({ id }, index) => [id, index]));
  return (id) => {
    const index = indices.get(id);
    return index === undefined ? undefined : data.fileSize(index);
  };
}

function openFiles(
  known: KnownTree | undefined,
  { dataset, category, good }: DataSource,
  options: SplitReadOptions & { readonly root: string },
): Promise<SplitDataset> {
  if (known !== undefined) {
    return openDataset(known, { ...options, ...(category !== null && { category }) });
  }
  return dataset === 'manifest'
    ? manifest({ ...options, file: options.root })
    : folder({ ...options, ...(good !== undefined && { good }) });
}

function drawn(category: string | null, { split, size, limit, seed }: OpenDataOptions): Dataset {
  const known = SYNTHETIC_CATEGORIES.find((name) => name === category);
  if (known === undefined) {
    throw usageError(
      `expected a synthetic product of ${SYNTHETIC_CATEGORIES.join(', ')}, received ${category}`,
      'category',
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

/** Where decoded images are kept for this user, so that only the first run over a data set decodes them. */
export function decodedImagesFolder(): string {
  return join(userCacheFolder(), 'images');
}

/** What was done to images so that they fit, and how many it was done to. */
export interface Conversion {
  readonly what: string;
  readonly images: number;
}

export interface Skipped {
  readonly path: string;
  readonly reason: string;
  /** It is the mask of a defective image, and marks nothing. */
  readonly empty?: true;
}

/** More than a person would read. */
const NAMED = 5;

/** Says once each what was converted; of many sizes the smallest and the largest. */
export function conversionSentences(conversions: readonly Conversion[]): string[] {
  const sentence = ({ what, images }: Conversion) => `${formatCount(images, 'image')}: ${what}.`;
  const resized = conversions.flatMap(({ what, images }) => {
    const [, height, width, to] = /^resized from (\d+)x(\d+) to (.+)$/.exec(what) ?? [];
    return to === undefined ? [] : [{ images, from: [Number(height), Number(width)] as const, to }];
  });
  if (resized.length <= NAMED) return conversions.map(sentence);
  const area = ([height, width]: Size) => height * width;
  const sizes = resized.map(({ from }) => from).sort((one, other) => area(one) - area(other));
  const images = resized.reduce((sum, one) => sum + one.images, 0);
  const targets = [...new Set(resized.map(({ to }) => to))].join(', ');
  const range = `from ${sizes[0]?.join('x')} to ${sizes.at(-1)?.join('x')}`;
  return [
    ...conversions.filter(({ what }) => !what.startsWith('resized from ')).map(sentence),
    sentence({ what: `resized to ${targets} from ${sizes.length} sizes, ${range}`, images }),
  ];
}

/** Says what was left out, and why. */
export function skippedSentences(skipped: readonly Skipped[]): string[] {
  const sentence = (those: readonly Skipped[], what: string) => {
    if (those.length === 0) return [];
    const named = those.slice(0, NAMED).map(({ path, reason }) => `${path} (${reason})`);
    const more = those.length > NAMED ? ` and ${those.length - NAMED} more` : '';
    return [`${formatCount(those.length, 'image')} skipped ${what}: ${named.join(', ')}${more}.`];
  };
  return [
    ...sentence(
      skipped.filter(({ empty }) => !empty),
      'as unreadable',
    ),
    ...sentence(
      skipped.filter(({ empty }) => empty),
      'since nothing is marked in their masks',
    ),
  ];
}

/** Says how images without splits of their own were divided. */
function divisionSentences(splits: Splits | null): string[] {
  if (splits === null || splits.made === null) return [];
  const { train, validation, test, made } = splits;
  const parts = [
    `${train.length} for training`,
    ...(validation.length > 0 ? [`${validation.length} for validation`] : []),
    `${test.length} for testing`,
  ];
  return [`Images without splits divided by seed ${made.seed}: ${parts.join(', ')}.`];
}

/** Says what came and went since images were divided. */
function changeSentences(recorded: Splits | undefined, now: Splits | null): string[] {
  if (recorded === undefined || now === null) return [];
  const all = ({ train, validation, test }: Splits) => [...train, ...validation, ...test];
  const [before, after] = [new Set(all(recorded)), new Set(all(now))];
  const came = [...after].filter((id) => !before.has(id)).length;
  const went = [...before].filter((id) => !after.has(id)).length;
  return [
    ...(came > 0 ? [`${formatCount(came, 'image')} came since the detector was trained: for testing.`] : []),
    ...(went > 0 ? [`${formatCount(went, 'image')} went since the detector was trained.`] : []),
  ];
}

/** Adds one image's conversions to the counts. */
export function addConversions(counts: Map<string, number>, conversions: readonly string[]): void {
  for (const what of conversions) counts.set(what, (counts.get(what) ?? 0) + 1);
}
