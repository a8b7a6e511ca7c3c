import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Dataset, Size } from '@utad/core';
import { asImageError, checkWhole, DatasetError, ImageError } from '../../errors';
import { channelsOf, checkWhiteLevel, decodePixels } from '../decoding/decode';
import { decodeManyAtOnce } from '../decoding/many-at-once';
import { type MaskFacts, maskFacts } from '../decoding/read-mask';
import {
  foundWhiteLevel,
  hasWhiteLevel,
  largestValue,
  levelOf,
  type WhiteLevelReport,
} from '../decoding/white-level';
import { describeChanges, type ImageLimits, readImageFile, withImage } from '../decoding/with-image';
import { ahead } from './ahead';
import { type CacheReport, OpenCaches } from './cache/open-caches';
import { fileRecords, KeptRecords, PartTable } from './file-records';
import type { ImageEntry } from './image-entry';
import { type MaskReport, MaskTally } from './mask-report';
import { Decoders, type EntryFile, type OpenedPart, openPart, pixelsVersion } from './part-source';

/** Images in files, opened. */
export interface FileDataset extends Dataset {
  /** The images in the order of their indices, without those left out. */
  readonly entries: readonly ImageEntry[];
  /** Files that were left out, with the reason: unreadable ones, and `empty` masks of defective images. */
  readonly skipped: readonly { readonly path: string; readonly reason: string; readonly empty?: true }[];
  /** How masks were read, and what is lost of them. */
  readonly masks: MaskReport;
  /** Height and width that masks are resized to, in pixels. */
  readonly maskSize: Size;
  /** What was done to images so that they fit, with the number of images. */
  readonly conversions: readonly { readonly what: string; readonly images: number }[];
  /** What is white in images of more than 8 bits; null where nobody said, which makes it 65535. */
  readonly whiteLevel: WhiteLevelReport | null;
  /** What the cache of decoded images did; null where there is none. */
  readonly cache: CacheReport | null;
  /**
   * SHA-256 of the image file at an index, in hexadecimal.
   *
   * @throws RangeError for an index that is none.
   */
  contentHash(index: number): string;
  /**
   * Height and width of the image file at an index, in pixels, turned as its EXIF orientation says.
   *
   * @throws RangeError for an index that is none.
   */
  fileSize(index: number): Size;
}

/**
 * Looks at every file once, several at a time, so that a bad one is found before training rather than hours into it.
 *
 * A file that the cache does not know is read, decoded and put there; of one that it knows by its path, size and times
 * nothing is read. What is left in memory is the entries, some 70 bytes for each file, and decoded images up to
 * `memoryBytes`; the others are read from the cache, or else decoded again, whenever they are asked for. Records and
 * fingerprint depend on the files and the sizes alone, never on the cache.
 *
 * @throws ImageError for a bad file, unless they are to be skipped.
 * @throws DatasetError `empty` when nothing is left; `mask-empty` for a mask of a defective image that marks nothing, unless bad
 *   files are to be skipped; `size-mismatch` for a mask or clean twin that does not fit its image; `invalid-option`. When records are read: `changed` for a file that is no longer what it was.
 */
export async function openFiles(entries: readonly ImageEntry[], options: ReadOptions): Promise<FileDataset> {
  const checked = checkOptions(options);
  const { size, maskThreshold, onBad, limits, workers, cacheBytes, memoryBytes } = checked;
  const { cacheFolder, onProgress, signal } = checked;
  const maskSize = checked.maskSize === 'file' ? await firstFileSize(entries, limits) : checked.maskSize;
  const white = await whiteLevelOf(entries, checked);
  const decoders = new Decoders(size, maskSize, limits, maskThreshold, white?.level);
  const caches = cacheFolder === undefined ? undefined : new OpenCaches(cacheFolder, cacheBytes);
  const kept = new KeptRecords(memoryBytes);
  const left: ImageEntry[] = [];
  const firstParts: number[] = [];
  const parts = new PartTable();
  const skipped: { path: string; reason: string; empty?: true }[] = [];
  const masks = new MaskTally();
  const conversions = new Map<string, number>();
  let channels: 1 | 3 = 1;
  const hash = createHash('sha256').update(JSON.stringify([FIRST_VERSION, size, maskSize]));
  let done = 0;

  const open = (entry: ImageEntry) => openEntry(decoders.filesOf(entry), caches, limits).catch(asImageError);
  let report: CacheReport | undefined;
  const decoded = decodeManyAtOnce();
  try {
    for await (const [entry, outcome] of ahead(entries, workers, open)) {
      signal?.throwIfAborted();
      onProgress?.(++done, entries.length);
      if (outcome instanceof ImageError) {
        if (onBad === 'throw') throw outcome;
        skipped.push({ path: outcome.path, reason: outcome.reason });
        continue;
      }
      const { id, label, defectType, mask } = entry;
      const facts = factsOf(outcome);
      if (typeof mask === 'object' && label === 1 && facts?.empty) {
        const { message, reason } = emptyMask(entry.path, mask.path, facts);
        if (onBad === 'throw') throw new DatasetError('mask-empty', message);
        skipped.push({ path: mask.path, reason, empty: true });
        continue;
      }
      masks.add(facts);
      const threshold =
        typeof mask === 'object' ? (decoders.thresholdOf(mask) ?? thresholdLike(facts)) : (mask ?? null);
      const digests = outcome.map((part) => {
        const version = part.role === 'mask' ? FIRST_VERSION : pixelsVersion(part, size);
        const level = part.role === 'mask' ? undefined : levelOf(part.changes, white?.level);
        const unlikeFirst = version === FIRST_VERSION ? '' : ` v${version}`;
        return `${hex(part.digest)}${unlikeFirst}${level === undefined ? '' : ` white ${level}`}`;
      });
      hash.update(JSON.stringify([id, label, defectType, threshold, ...digests]));
      const [image] = outcome;
      for (const what of image ? changesOf(image, size, white) : []) {
        conversions.set(what, (conversions.get(what) ?? 0) + 1);
      }
      if (outcome.some(({ role, changes }) => role !== 'mask' && channelsOf(changes) === 3)) channels = 3;
      const pixels = pixelsOf(outcome);
      const keeps = pixels !== undefined && kept.keep(left.length, decoders.recordOf(entry, pixels));
      firstParts.push(await settle(outcome, parts, caches, keeps));
      left.push(entry);
    }
  } finally {
    decoded();
    // What was decoded until a bad file came, or until it was stopped, need not be decoded again.
    report = await caches?.finish();
  }
  if (left.length === 0) {
    const message = `expected at least one readable image, found ${skipped.length} bad ones alone`;
    throw new DatasetError('empty', message);
  }

  const source = {
    entries: left,
    firstParts,
    parts,
    decoders,
    workers,
    readers: caches?.readers() ?? new Map(),
    kept,
    channels,
  };
  const partAt = (index: number, name: string): number => {
    const part = firstParts[index];
    if (part !== undefined) return part;
    throw new RangeError(`${name}: expected an index below ${left.length}, received ${index}`);
  };
  return {
    entries: left,
    skipped,
    masks: masks.report(),
    maskSize,
    conversions: [...conversions].map(([what, images]) => ({ what, images })),
    whiteLevel: white,
    cache: report ?? null,
    count: left.length,
    fingerprint: hash.digest('hex'),
    contentHash: (index) => hex(parts.digestOf(partAt(index, 'contentHash'))),
    fileSize: (index) => parts.knownOf(partAt(index, 'fileSize')).fileSize,
    records: (order) => fileRecords(source, order),
  };
}

/** What is white: as was asked, or by a look at all images. */
async function whiteLevelOf(
  entries: readonly ImageEntry[],
  { whiteLevel, onBad, limits, workers, onProgress, signal }: FullReadOptions,
): Promise<WhiteLevelReport | null> {
  if (whiteLevel === undefined) return null;
  if (whiteLevel !== 'auto') return { level: whiteLevel, from: null };
  let [images, largest, done] = [0, 0, 0];
  const look = async ({ path }: ImageEntry) =>
    withImage(await readImageFile(path, limits), path, limits, async (headed) =>
      hasWhiteLevel(headed.changes) ? await largestValue(headed) : undefined,
    );
  for await (const [, found] of ahead(entries, workers, (entry) => look(entry).catch(asImageError))) {
    signal?.throwIfAborted();
    onProgress?.(++done, entries.length);
    if (found instanceof ImageError && onBad === 'throw') throw found;
    if (typeof found !== 'number') continue;
    images += 1;
    largest = Math.max(largest, found);
  }
  return foundWhiteLevel(images, largest);
}

function changesOf({ changes, fileSize }: OpenedPart, size: Size, report: WhiteLevelReport | null): string[] {
  const white = { white: levelOf(changes, report?.level), asked: report !== null };
  return describeChanges(changes, fileSize, size, white);
}

/** Height and width of the first image that can be read. */
async function firstFileSize(entries: readonly ImageEntry[], limits: ReadOptions['limits']): Promise<Size> {
  for (const { path } of entries) {
    const image = await readImageFile(path, limits)
      .then((file) => decodePixels(file, path, undefined, limits))
      .catch(asImageError);
    if (!(image instanceof ImageError)) return image.fileSize;
  }
  return [1, 1]; // Opening says that there are none.
}

function factsOf(files: OpenedFiles): MaskFacts | undefined {
  const mask = files.find(({ role }) => role === 'mask');
  return mask && maskFacts(mask.changes);
}

/** The threshold that gives the same pixels, so that fingerprints change with the pixels alone. */
function thresholdLike(facts: MaskFacts | undefined): number | string {
  if (facts?.reading === 'alpha channel') return 'alpha';
  return facts?.otherThanHalf ? 0 : 127;
}

function emptyMask(
  path: string,
  mask: string,
  { black, reading }: MaskFacts,
): Record<'message' | 'reason', string> {
  const reason = black ? 'black all over' : 'nothing in it is bright enough';
  const cut = reading === 'threshold' ? 'a lower `maskThreshold`' : '`maskThreshold` with a number below 127';
  const remedy = black
    ? 'correct or remove the mask, or leave the image out with `skipBad`'
    : `say what counts with ${cut}, or leave the image out with \`skipBad\``;
  const message = `expected the mask ${mask} to mark something of the defective image ${path}, found ${black ? 'it ' : ''}${reason}: ${remedy}`;
  return { message, reason };
}

/** What was found out about the files of one entry, in their order. */
type OpenedFiles = (OpenedPart & Pick<EntryFile, 'role' | 'decoder'>)[];

async function openEntry(
  files: readonly EntryFile[],
  caches: OpenCaches | undefined,
  limits: ReadOptions['limits'],
): Promise<OpenedFiles> {
  const opened: OpenedFiles = [];
  for (const { role, path, decoder } of files) {
    const part = await openPart(path, decoder, await caches?.of(decoder.setting), limits);
    expectFit(part, opened[0] ?? part);
    opened.push({ ...part, role, decoder });
  }
  return opened;
}

/** Everything is resized to the same size, so a file of another shape would slip through as a shifted ground truth. */
function expectFit(part: OpenedPart, image: OpenedPart): void {
  const [its, ours] = [part.fileSize.join('x'), image.fileSize.join('x')];
  if (its === ours) return;
  const message = `expected ${part.path} to be ${ours} as ${image.path} is, found ${its}`;
  throw new DatasetError('size-mismatch', message);
}

/**
 * Puts into the cache what is not there, notes where all of it is, and gives the number of the first file. What is kept in
 * memory is not decoded again, and needs no checksum to compare with.
 */
async function settle(
  files: OpenedFiles,
  parts: PartTable,
  caches: OpenCaches | undefined,
  keeps: boolean,
): Promise<number> {
  let first: number | undefined;
  for (const { decoder, ...part } of files) {
    const place = await caches?.settle(decoder.setting, part);
    const checksum = place?.checksum ?? (keeps || 'place' in part.from ? 0 : crc32(part.from.pixels));
    const number = parts.add(part.digest, { ...part, checksum }, place?.number);
    first ??= number;
  }
  return first ?? -1;
}

/** The pixels of an entry, where all of its files were decoded just now. */
function pixelsOf(files: OpenedFiles) {
  const pixels: { image?: Uint8Array; mask?: Uint8Array; twin?: Uint8Array } = {};
  for (const { role, from } of files) {
    if ('place' in from) return undefined;
    pixels[role] = from.pixels;
  }
  const { image, mask, twin } = pixels;
  return image && { image, ...(mask && { mask }), ...(twin && { twin }) };
}

/** Fingerprints say which version of decoding a file's pixels are of, where it is none of the first. */
const FIRST_VERSION = 2;

const hex = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');

/** How image files are read. */
export interface ReadOptions {
  /** Images are resized to this. */
  readonly size: Size;
  /** Masks are resized to this; `file` is the size of the first image file that can be read. Default `size`. */
  readonly maskSize?: Size | 'file';
  /** Of all masks: from 0 to 254, above which a pixel is anomalous. Default what their entries say, or else their values. */
  readonly maskThreshold?: number;
  /**
   * What to do with a file that is no whole image, or an empty mask of a defective one: throw (the default), or leave the image
   * out and count it.
   */
  readonly onBad?: 'throw' | 'skip';
  /**
   * What is white in images of more than 8 bits, from 255 to 65535; values above it are white too. `auto` looks at all images
   * first: the smallest of 511, 1023 and so on to 65535 that holds their largest value. Default 65535.
   */
  readonly whiteLevel?: number | 'auto';
  /** What is refused before it is decoded. */
  readonly limits?: ImageLimits;
  /**
   * Decoded images are kept here, for this dataset and others of the same size, so that only its first opening decodes
   * them. It is made where it is not there. Default: none.
   */
  readonly cacheFolder?: string;
  /** The most that may lie in `cacheFolder`; what was not used for longest goes first. Default 10 GiB. */
  readonly cacheBytes?: number;
  /** The most that decoded images may take in memory, those in work not counted. Default 128 MiB. */
  readonly memoryBytes?: number;
  /** Images in work at once, ahead of the reader. It changes the speed alone. Default 16. */
  readonly workers?: number;
  /** Is told how many files were read while opening. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the opening, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The options with their defaults. */
type FullReadOptions = ReadOptions &
  Required<Pick<ReadOptions, 'maskSize' | 'onBad' | 'cacheBytes' | 'memoryBytes' | 'workers'>>;

/** @throws DatasetError `invalid-option` */
function checkOptions(options: ReadOptions): FullReadOptions {
  const { size, maskSize = size, onBad = 'throw', workers = 16 } = options;
  const { cacheBytes = 10 * 2 ** 30, memoryBytes = 128 * 2 ** 20 } = options;
  checkSize('size', size);
  if (maskSize !== 'file') checkSize('maskSize', maskSize);
  if (options.maskThreshold !== undefined) checkWhole('maskThreshold', options.maskThreshold, 0, 254);
  if (options.whiteLevel !== 'auto') checkWhiteLevel(options.whiteLevel);
  checkWhole('workers', workers, 1);
  checkWhole('cacheBytes', cacheBytes, 0);
  checkWhole('memoryBytes', memoryBytes, 0);
  return { ...options, maskSize, onBad, workers, cacheBytes, memoryBytes };
}

function checkSize(name: string, size: Size): void {
  if (size.length === 2 && size.every((side) => Number.isSafeInteger(side) && side > 0)) return;
  const message = `${name}: expected height and width in whole pixels from 1, received ${size.join('x')}`;
  throw new DatasetError('invalid-option', message);
}
