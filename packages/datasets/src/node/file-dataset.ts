import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ImageRecord, Size, TrainingData } from '@utad/training';
import { DatasetError, ImageError } from '../errors';
import { decodeImage, decodeMask, storedSize } from './decode';

/** Where one record comes from. */
export interface ImageEntry {
  /** Path below the root or category, with forward slashes: unique, and the same on every machine. */
  readonly id: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** `good`, or the type of defect. */
  readonly kind: string;
  /** Of the image file. */
  readonly path: string;
  /** A file; `none` where nothing is wrong with the image; absent where it is not known. */
  readonly mask?: { readonly path: string } | 'none';
  /** File of the same scene without the defect; synthetic sets only. */
  readonly cleanTwinPath?: string;
}

/** How image files are read. */
export interface ReadOptions {
  /** Images are resized to this. */
  readonly size: Size;
  /** Masks are resized to this. Default `size`. */
  readonly maskSize?: Size;
  /** What to do with a file that is no whole image: throw (the default), or leave it out and count it. */
  readonly onBad?: 'throw' | 'skip';
  /** Is told how many files were read while opening. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the opening, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Images in files, opened. */
export interface FileDataset extends TrainingData {
  /** The images in the order of their indices, without those left out. */
  readonly entries: readonly ImageEntry[];
  /** Files that were left out, with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** What was done to images so that they fit, with the number of images. */
  readonly conversions: readonly { readonly what: string; readonly images: number }[];
}

/** Decoded images are kept up to so many bytes; what is beyond is decoded again whenever it is read. */
const MEMORY = 512 * 2 ** 20;
/** Files in work at once. */
const AHEAD = 8;
/** Goes into fingerprints: raised when the same file would give other pixels. */
const DECODING_VERSION = 1;

/**
 * Reads every file once, so that a bad one is found before training rather than hours into it.
 *
 * @throws ImageError for a bad file, unless they are to be skipped.
 * @throws DatasetError `empty` when nothing is left; `size-mismatch` for a mask or clean twin that does not fit its
 *   image; `invalid-option` for a size that is none.
 */
export async function openFiles(entries: readonly ImageEntry[], options: ReadOptions): Promise<FileDataset> {
  const { size, maskSize = size, onBad = 'throw', onProgress, signal } = options;
  checkSize('size', size);
  checkSize('maskSize', maskSize);
  const kept: ImageEntry[] = [];
  const cache = new Map<string, ImageRecord>();
  const skipped: { path: string; reason: string }[] = [];
  const conversions = new Map<string, number>();
  const hash = createHash('sha256').update(JSON.stringify([DECODING_VERSION, size, maskSize]));
  let bytes = 0;
  let done = 0;

  const outcomes = ahead(entries, (entry) => readEntry(entry, { size, maskSize }).catch(badImage));
  for await (const [entry, outcome] of outcomes) {
    signal?.throwIfAborted();
    onProgress?.(++done, entries.length);
    if (outcome instanceof ImageError) {
      if (onBad === 'throw') throw outcome;
      skipped.push({ path: outcome.path, reason: outcome.reason });
      continue;
    }
    const { record, digest } = outcome;
    hash.update(JSON.stringify([entry.id, entry.label, entry.kind, digest]));
    for (const what of outcome.conversions) conversions.set(what, (conversions.get(what) ?? 0) + 1);
    kept.push(entry);
    bytes += record.image.length + (record.mask?.length ?? 0) + (record.cleanTwin?.length ?? 0);
    if (bytes <= MEMORY) cache.set(entry.id, record);
  }
  if (kept.length === 0) {
    throw new DatasetError(
      'empty',
      `expected at least one readable image, found ${skipped.length} bad ones alone`,
    );
  }

  return {
    entries: kept,
    skipped,
    conversions: [...conversions].map(([what, images]) => ({ what, images })),
    count: kept.length,
    fingerprint: hash.digest('hex'),
    async *records(order) {
      const wanted = order.map((index) => {
        const entry = kept[index];
        if (entry !== undefined) return entry;
        throw new RangeError(`records: expected an index below ${kept.length}, received ${index}`);
      });
      const read = async (entry: ImageEntry) =>
        cache.get(entry.id) ?? (await readEntry(entry, { size, maskSize })).record;
      for await (const [, record] of ahead(wanted, read)) yield record;
    },
  };
}

interface ReadEntry {
  readonly record: ImageRecord;
  readonly digest: string;
  readonly conversions: readonly string[];
}

async function readEntry(
  entry: ImageEntry,
  { size, maskSize }: { size: Size; maskSize: Size },
): Promise<ReadEntry> {
  const { id, label, kind, path, mask, cleanTwinPath } = entry;
  const hash = createHash('sha256');
  const load = async (file: string): Promise<Uint8Array> => {
    const bytes = await readFile(file).catch((error: Error) => {
      throw new ImageError(file, error.message);
    });
    hash.update(bytes);
    return bytes;
  };
  const bytes = await load(path);
  const { pixels, conversions } = await decodeImage(bytes, path, size);
  // Everything is resized to the same size, so a file of another shape would slip through as a shifted ground truth.
  const loadFitting = async (file: string): Promise<Uint8Array> => {
    const other = await load(file);
    const [ours, its] = [await storedSize(bytes, path), await storedSize(other, file)];
    if (ours[0] === its[0] && ours[1] === its[1]) return other;
    throw new DatasetError(
      'size-mismatch',
      `expected ${file} to be ${ours.join('x')} as ${path} is, found ${its.join('x')}`,
    );
  };
  const maskPixels =
    mask === 'none'
      ? new Uint8Array(maskSize[0] * maskSize[1])
      : mask && (await decodeMask(await loadFitting(mask.path), mask.path, maskSize));
  const twin =
    cleanTwinPath && (await decodeImage(await loadFitting(cleanTwinPath), cleanTwinPath, size)).pixels;
  const record: ImageRecord = {
    id,
    label,
    kind,
    image: pixels,
    size,
    channels: 3,
    ...(maskPixels && { mask: maskPixels, maskSize }),
    ...(twin && { cleanTwin: twin }),
  };
  return { record, digest: hash.digest('hex'), conversions };
}

function checkSize(name: string, size: Size): void {
  if (size.length === 2 && size.every((side) => Number.isSafeInteger(side) && side > 0)) return;
  throw new DatasetError(
    'invalid-option',
    `${name}: expected height and width in whole pixels from 1, received ${size.join('x')}`,
  );
}

function badImage(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  throw error;
}

/** Works on a few items at once and yields results in the order of the items, whenever they were ready. */
async function* ahead<T, R>(items: readonly T[], work: (item: T) => Promise<R>): AsyncGenerator<[T, R]> {
  const pending: [T, Promise<R>][] = [];
  let next = 0;
  try {
    while (next < items.length || pending.length > 0) {
      for (; next < items.length && pending.length < AHEAD; next++) {
        const item = items[next];
        if (item === undefined) continue;
        const result = work(item);
        // Its turn may come after it fails, and Node ends the process over a failure that nobody waits for yet.
        result.catch(() => {});
        pending.push([item, result]);
      }
      const first = pending.shift();
      if (first !== undefined) yield [first[0], await first[1]];
    }
  } finally {
    // No file is still being read when the caller goes on, and perhaps removes it.
    await Promise.allSettled(pending.map(([, result]) => result));
  }
}
