import { createHash } from 'node:crypto';
import type { Dataset, ImageRecord, PixelLayout, Size } from '@utad/core';
import { DatasetError } from '../../errors';
import { classNumber, type KnownClasses } from '../../known/known-dataset';
import { resizePixels } from '../decoding/decode';
import { limitEntries } from '../limit';
import { expectFolder } from '../paths';
import { readClassImages } from './class-images';

/** Which class of a dataset of classes is normal, and which split to open. */
export interface OneClassOptions {
  /** The folder that holds the files. */
  readonly root: string;
  /** The class that is taken as normal: its number, or its name, case and punctuation apart, such as `frog`. */
  readonly normalClass: string | number;
  /** `train` has the normal class alone; `test` has all ten. */
  readonly split: 'train' | 'test';
  /** Images are resized to this, as files are. */
  readonly size: Size;
  /** At most so many images, chosen by `seed`, every class with its share. */
  readonly limit?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Is told how many images of the split were read. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the opening, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What is known of a record before it is read. */
export interface OneClassEntry {
  /** The split, and the image's place in it as published, such as `test/00042`. */
  readonly id: string;
  /** 0 for the normal class. */
  readonly label: 0 | 1;
  /** The name of the class. */
  readonly defectType: string;
}

/** A split of a dataset of classes, one of which is normal. Its images are held in memory as they were published. */
export interface OneClassData extends Dataset {
  /** In the official order. */
  readonly entries: readonly OneClassEntry[];
  /** The name of the normal class. */
  readonly normalClass: string;
  /** Sentences on what is other than published. */
  readonly notes: readonly string[];
}

interface HeldImage extends OneClassEntry {
  readonly pixels: Uint8Array;
}

/** Goes into fingerprints: raised when the same file would give other pixels. */
const VERSION = 1;

/**
 * Opens one split of a dataset of classes for the one-class protocol.
 *
 * @throws DatasetError `root-missing`, `category-unknown` (the classes are named), `split-missing`, `format`,
 *   `unreadable`, `empty`, `invalid-option`
 */
export async function openClasses(known: KnownClasses, options: OneClassOptions): Promise<OneClassData> {
  const { root, split, size, limit, seed = 0 } = options;
  const normal = classNumber(known, options.normalClass);
  await expectFolder(root, 'root');
  const { held, layout, found } = await readImages(known, normal, options);
  if (held.length === 0 || layout === undefined) {
    const message = `expected ${split} images of ${known.categories[normal]} in ${root}, found none`;
    throw new DatasetError('empty', message);
  }
  const images = limit === undefined ? held : limitEntries(held, limit, seed);
  const hash = createHash('sha256').update(JSON.stringify([VERSION, known.id, size]));
  for (const { id, label, defectType, pixels } of images)
    hash.update(JSON.stringify([id, label, defectType])).update(pixels);
  const official = known.images[split];
  return {
    entries: images.map(({ id, label, defectType }) => ({ id, label, defectType })),
    normalClass: known.categories[normal] ?? '',
    notes:
      found === official
        ? []
        : [`${root} holds ${found} ${split} images, where ${known.title} has ${official}.`],
    count: images.length,
    fingerprint: hash.digest('hex'),
    async *records(order) {
      const wanted = order.map((index) => {
        const image = images[index];
        if (image !== undefined) return image;
        throw new RangeError(`records: expected an index below ${images.length}, received ${index}`);
      });
      for (const image of wanted) yield await recordOf(image, layout, size);
    },
  };
}

async function readImages(
  known: KnownClasses,
  normal: number,
  { root, split, onProgress, signal }: OneClassOptions,
): Promise<{ held: HeldImage[]; layout: PixelLayout | undefined; found: number }> {
  const held: HeldImage[] = [];
  let layout: PixelLayout | undefined;
  let found = 0;
  for await (const part of readClassImages(known, root, split)) {
    signal?.throwIfAborted();
    layout = part.layout;
    for (const [index, label] of part.labels.entries()) {
      const place = found + index;
      if (split === 'train' && label !== normal) continue;
      held.push({
        id: `${split}/${String(place).padStart(5, '0')}`,
        label: label === normal ? 0 : 1,
        defectType: known.categories[label] ?? String(label),
        pixels: part.image(index),
      });
    }
    found += part.labels.length;
    onProgress?.(found, Math.max(found, known.images[split]));
  }
  return { held, layout, found };
}

async function recordOf(
  { id, label, defectType, pixels }: HeldImage,
  layout: PixelLayout,
  size: Size,
): Promise<ImageRecord> {
  const resized = await resizePixels(pixels, layout, size);
  // What came in the right size is the dataset's own memory.
  const image = resized === pixels ? resized.slice() : resized;
  return { id, label, defectType, image, size, channels: layout.channels };
}
