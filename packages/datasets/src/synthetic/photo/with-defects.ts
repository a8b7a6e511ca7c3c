import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Dataset, ImageRecord } from '@utad/core';
import { DatasetError } from '../../errors';
import { checkFaults, checkFor, isCount, rangeOf } from '../check';
import { shuffled } from '../random';
import { drawOnPhoto, idOf, type PhotoAim } from './draw-on-photo';
import { PHOTO_DEFECTS, type PhotoDefect } from './photo-defects';

/** Raised whenever the same photograph and options would give another picture. */
export const PHOTO_DEFECTS_VERSION = 1;

/** Which defects to draw on photographs of good parts. */
export interface PhotoDefectOptions {
  /** Types of defect, in the order in which they come. Default: all of {@link PHOTO_DEFECTS}. */
  readonly defects?: readonly PhotoDefect[];
  /** Photographs that stay as they are, chosen by seed. All others get defects, at least one. Default: half of them. */
  readonly good?: number;
  /**
   * Pictures of each type of defect; at most as many as photographs get defects, so that no photograph shows the same
   * type twice. Default: so many that each of these photographs is used once, or a little more often.
   */
  readonly defective?: number;
  /** A whole number. Default 0. */
  readonly seed?: number;
  /**
   * 0 to 1. Default 0.5: scratches and stains change what is under them by a tenth to three tenths of the range, the
   * others are opaque; all of them fade below, to two fifths at 0. Sizes go with the part: at 0.5 a defect takes 0.5 to
   * 2.5 % of it, half of that at 0, and twice that at 1.
   */
  readonly severity?: number;
  /**
   * The pixels that a defect changes, as a share of the photograph's central square: a number, or the ends of a range
   * from which each defect draws its own; 0.0005 to 0.2. Met to a tenth, or to two pixels where that is more; what
   * cannot be met throws. Default: `severity` decides.
   */
  readonly defectSize?: number | readonly [least: number, most: number];
  /**
   * The mean absolute difference between picture and photograph over the pixels and channels of the mask, 1 being the
   * whole range of a byte: a number, or a range likewise; 0.02 to 0.6. Met to a tenth, or to one step of a byte where
   * that is more; what cannot be met throws. Default: `severity` decides.
   */
  readonly contrast?: number | readonly [least: number, most: number];
}

/** One picture before it is drawn. */
export interface PhotoDefectEntry {
  /** Index of its photograph in what was given. */
  readonly photo: number;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** `good`, or the type of its defect. */
  readonly defectType: 'good' | PhotoDefect;
}

/** Photographs some of which have defects drawn on them. Pictures are drawn when they are read; nothing is kept. */
export interface PhotoDefectData extends Dataset {
  /** Every picture, good ones first, then one type of defect after the other. */
  readonly entries: readonly PhotoDefectEntry[];
}

/**
 * Draws defects on photographs of good parts, for choosing settings without defects of one's own and without a test
 * set. Some photographs stay as they are, byte by byte, with an all-zero mask; every other one gets one defect in a
 * picture, with its exact mask, and itself as `cleanTwin`. No photograph is both, so that telling them apart takes the
 * defect. Good photographs come first, then one type of defect after the other; `id` is the kind and the photograph's own.
 *
 * Where the background is plain, defects are on the object, which is told from it by its colour; else anywhere. Masks
 * hold what changed by more than a fiftieth of the range, or half of the contrast asked for where that is less; all
 * other bytes are the photograph's.
 *
 * A picture depends on seed, photograph, kind, `severity`, `defectSize` and `contrast` alone. Which photograph gets which
 * defect depends on seed, `good`, `defective`, `defects` and their number.
 *
 * @param photos Good ones, at least two, with distinct identifiers, at least 32 pixels high and wide. Where a
 *   detector was trained on them, results are optimistic.
 * @throws DatasetError `invalid-option` for options out of their range. When pictures are read: `invalid-option` for a
 *   photograph that is too small or not good, `not-drawable` where none of the size and contrast asked for, or none that
 *   shows, could be drawn.
 * @example
 * const validation = withDefects(heldOut, { seed: 0, defects: ['scratch', 'stain'] });
 */
export function withDefects(photos: Dataset, options: PhotoDefectOptions = {}): PhotoDefectData {
  const { aims, entries, seed, described } = plannedDefects(photos.count, options);
  return {
    entries,
    count: entries.length,
    fingerprint: bytesToHex(sha256(utf8ToBytes(`${photos.fingerprint} with defects ${described}`))),
    async *records(order, pass) {
      const chosen = order.map((index) => {
        const entry = entries[index];
        if (entry !== undefined) return entry;
        throw new DatasetError(
          'invalid-option',
          `withDefects: expected an index from 0 to ${entries.length - 1}, received ${index}`,
        );
      });
      let position = 0;
      for await (const photo of photos.records(
        chosen.map((entry) => entry.photo),
        pass,
      )) {
        const entry = chosen[position++];
        if (entry === undefined)
          throw new RangeError(`records: expected ${order.length} records, received more`);
        yield pictureOf(photo, entry.defectType, aims, seed);
      }
    },
  };
}

/** What all defects of a set share. */
export type SharedAim = Omit<PhotoAim, 'kind'>;

/** What is drawn on so many photographs. */
export interface PhotoDefectPlan {
  readonly entries: readonly PhotoDefectEntry[];
  readonly aims: SharedAim;
  readonly seed: number;
  /** The options, in words that are the same for equal ones. */
  readonly described: string;
}

const check = checkFor('withDefects');
const LEAST_SIZE = 0.0005;
const LEAST_SIDE = 32;

/** Checks the options, and says which photograph stays good and which gets what. */
export function plannedDefects(count: number, options: PhotoDefectOptions): PhotoDefectPlan {
  const { defects = PHOTO_DEFECTS, seed = 0, severity = 0.5 } = options;
  check(isCount(count) && count >= 2, 'at least 2 photos', count);
  check(Number.isSafeInteger(seed), 'seed to be a whole number', seed);
  for (const kind of defects) {
    check(PHOTO_DEFECTS.includes(kind), `defects to be of ${PHOTO_DEFECTS.join(', ')}`, kind);
  }
  check(defects.length > 0 && new Set(defects).size === defects.length, 'each type of defect once', defects);
  const { good = Math.floor(count / 2) } = options;
  check(isCount(good) && good < count, `good to be a whole number below ${count}, the photos`, good);
  const damaged = count - good;
  const { defective = Math.ceil(damaged / defects.length) } = options;
  check(
    isCount(defective) && defective >= 1 && defective <= damaged,
    `defective from 1 to ${damaged}, the photos that get defects`,
    defective,
  );
  const aims = { severity, defectSize: rangeOf(options.defectSize), contrast: rangeOf(options.contrast) };
  checkFaults(check, aims, LEAST_SIZE);

  const order = shuffled(count, `${seed}/photos`);
  const ascending = (a: number, b: number) => a - b;
  const entries = order
    .slice(0, good)
    .sort(ascending)
    .map((photo): PhotoDefectEntry => ({ photo, label: 0, defectType: 'good' }));
  for (const [type, kind] of defects.entries()) {
    for (let index = 0; index < defective; index++) {
      // One type goes on where the one before stopped, so that all photographs are used alike.
      const photo = order[good + ((type * defective + index) % damaged)] ?? 0;
      entries.push({ photo, label: 1, defectType: kind });
    }
  }
  const described = JSON.stringify([PHOTO_DEFECTS_VERSION, seed, good, defective, defects, aims]);
  return { entries, aims, seed, described };
}

/** One picture of a plan. */
export function pictureOf(
  photo: ImageRecord,
  kind: PhotoDefectEntry['defectType'],
  aims: SharedAim,
  seed: number,
): ImageRecord {
  const { id, label, size, channels, image } = photo;
  check(label === 0, `good photos, of which ${id} is none`, photo.defectType);
  check(
    Math.min(...size) >= LEAST_SIDE,
    `photos of ${LEAST_SIDE} pixels or more, as ${id} should be`,
    size.join('x'),
  );
  if (kind !== 'good') return drawOnPhoto(photo, { ...aims, kind }, seed);
  const mask = new Uint8Array(size[0] * size[1]);
  return { id: idOf(kind, id), label: 0, defectType: kind, image, size, channels, mask };
}
