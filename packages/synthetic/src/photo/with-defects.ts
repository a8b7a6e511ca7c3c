import { type Dataset, type ImageRecord, randomStream, repeatGrey, shuffledIndices } from '@utad/core';
import { sha256 } from '@utad/files';
import { type Aim, aimedDamage } from '../damage';
import { checkFaults, checkFor, isCount, rangeOf, SyntheticError } from '../options';
import { areaAt, DEFECT_TRAITS, type Range, type SyntheticDefect, strengthAt } from '../products';
import { type PhotoScene, photoScene } from './photo-scene';

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
 * defect. Good photographs come first, then one type of defect after the other; `id` is that type and the photograph's own.
 *
 * Where the background is plain, defects are on the object, which is told from it by its colour; else anywhere. Masks
 * hold what changed by more than a fiftieth of the range, or half of the contrast asked for where that is less; all
 * other bytes are the photograph's.
 *
 * A picture depends on seed, photograph, type of defect, `severity`, `defectSize` and `contrast` alone. Which photograph gets which
 * defect depends on seed, `good`, `defective`, `defects` and their number.
 *
 * @param photos Good ones, at least two, with distinct identifiers, at least 32 pixels high and wide. Where a
 *   detector was trained on them, results are optimistic.
 * @throws SyntheticError `invalid-option` for options out of their range. When pictures are read: `invalid-option` for a
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
    fingerprint: sha256(`${photos.fingerprint} with defects ${described}`),
    async *records(order, pass) {
      const chosen = order.map((index) => {
        const entry = entries[index];
        if (entry !== undefined) return entry;
        const message = `withDefects: expected an index from 0 to ${entries.length - 1}, received ${index}`;
        throw new SyntheticError('invalid-option', message);
      });
      let position = 0;
      const wanted = chosen.map((entry) => entry.photo);
      for await (const photo of photos.records(wanted, pass)) {
        const entry = chosen[position++];
        if (entry === undefined)
          throw new RangeError(`records: expected ${order.length} records, received more`);
        yield pictureOf(photo, entry.defectType, aims, seed);
      }
    },
  };
}

/** What all defects of a set share. */
type SharedAim = Omit<PhotoAim, 'defectType'>;

/** What is drawn on so many photographs. */
interface PhotoDefectPlan {
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
  for (const defectType of defects) {
    check(PHOTO_DEFECTS.includes(defectType), `defects to be of ${PHOTO_DEFECTS.join(', ')}`, defectType);
  }
  check(defects.length > 0 && new Set(defects).size === defects.length, 'each type of defect once', defects);
  const { good = Math.floor(count / 2) } = options;
  check(isCount(good) && good < count, `good to be a whole number below ${count}, the photos`, good);
  const damaged = count - good;
  const { defective = Math.ceil(damaged / defects.length) } = options;
  const isPossible = isCount(defective) && defective >= 1 && defective <= damaged;
  check(isPossible, `defective from 1 to ${damaged}, the photos that get defects`, defective);
  const aims = { severity, defectSize: rangeOf(options.defectSize), contrast: rangeOf(options.contrast) };
  checkFaults(check, aims, LEAST_SIZE);

  const order = shuffledIndices(count, `${seed}/photos`);
  const ascending = (a: number, b: number) => a - b;
  const entries = order
    .slice(0, good)
    .sort(ascending)
    .map((photo): PhotoDefectEntry => ({ photo, label: 0, defectType: 'good' }));
  for (const [type, defectType] of defects.entries()) {
    for (let index = 0; index < defective; index++) {
      // One type goes on where the one before stopped, so that all photographs are used alike.
      const photo = order[good + ((type * defective + index) % damaged)] ?? 0;
      entries.push({ photo, label: 1, defectType });
    }
  }
  const described = JSON.stringify([PHOTO_DEFECTS_VERSION, seed, good, defective, defects, aims]);
  return { entries, aims, seed, described };
}

/** One picture of a plan. */
export function pictureOf(
  photo: ImageRecord,
  defectType: PhotoDefectEntry['defectType'],
  aims: SharedAim,
  seed: number,
): ImageRecord {
  const { id, label, size, channels, image } = photo;
  check(label === 0, `good photos, of which ${id} is none`, photo.defectType);
  const expected = `photos of ${LEAST_SIDE} pixels or more, as ${id} should be`;
  check(Math.min(...size) >= LEAST_SIDE, expected, size.join('x'));
  if (defectType !== 'good') return drawOnPhoto(photo, { ...aims, defectType }, seed);
  const mask = new Uint8Array(size[0] * size[1]);
  return { id: idOf(defectType, id), label: 0, defectType, image, size, channels, mask };
}

/** The defects that can be drawn on a photograph of any product, since they ask nothing of how it is made. */
export const PHOTO_DEFECTS = [
  'scratch',
  'crack',
  'hole',
  'stain',
  'contamination',
  'deformation',
] as const satisfies readonly SyntheticDefect[];
/** The name of a defect that is drawn on photographs. */
export type PhotoDefect = (typeof PHOTO_DEFECTS)[number];

/** What a defect on a photograph should be. */
interface PhotoAim {
  readonly defectType: PhotoDefect;
  readonly severity: number;
  /** As {@link Aim} has them. */
  readonly defectSize: Range | undefined;
  /** As {@link Aim} has them. */
  readonly contrast: Range | undefined;
}

/** How much smaller defects are on photographs than on drawn products of 64 pixels, and how faint where they vary. */
const SMALLER = 0.35;
const FAINT: Range = [0.4, 1.2];
/** Marks on a surface are of any contrast; what is broken, foreign or bent is as strong as it is. */
const MARKS: readonly PhotoDefect[] = ['scratch', 'stain'];
/** What is broken, foreign or bent changes a photograph by so much of what it changes drawn products, or is drawn again. */
const SHOWS = 0.6;
/** Pixels that change by less are not defective, on [0, 1]; half the contrast asked for where that is less. */
const LEAST_CHANGE = 0.02;
/** Below this mean change nobody would call it a defect. */
const LEAST_CONTRAST = 0.04;
/** No defect is smaller than so many pixels, nor meant to be smaller than so many. */
const LEAST_PIXELS = 6;
const MEANT_PIXELS = 20;

/**
 * Draws one defect on a photograph of a good part.
 *
 * @param photo One or three channels; a defect on a photograph without colour has none.
 * @returns The photograph with the defect, its mask, and the photograph itself as its clean twin.
 * @throws SyntheticError `not-drawable` where none of the size and contrast asked for, or none that shows, could be drawn.
 */
function drawOnPhoto(photo: ImageRecord, aim: PhotoAim, seed: number): ImageRecord {
  const { image, size, channels } = photo;
  const { defectType } = aim;
  const key = `${seed}/photo/${photo.id}/${defectType}`;
  const rgb = channels === 3 ? image : repeatGrey(image);
  const photographed = photoScene(rgb, size, channels === 1 || isGrey(rgb), randomStream(`${key}/scene`));
  const { scene } = photographed;
  const canvas = photographed.canvas(leastChange(aim));
  const drawn = whereOf(photo, () => aimedDamage(scene, canvas, fullAim(aim, photographed, size), key));
  const tooFaint = aim.contrast === undefined && drawn.contrast < LEAST_CONTRAST * strengthAt(aim.severity);
  if (tooFaint || drawn.area * Math.min(...size) ** 2 < LEAST_PIXELS) {
    const message = `withDefects: expected a ${defectType} that shows on ${photo.id}, drew one of contrast ${drawn.contrast.toFixed(3)} on a share of ${drawn.area.toFixed(5)}`;
    throw new SyntheticError('not-drawable', message);
  }
  return {
    id: idOf(defectType, photo.id),
    label: 1,
    defectType,
    image: channels === 3 ? drawn.image : drawn.image.filter((_, index) => index % 3 === 0),
    size,
    channels,
    mask: drawn.mask,
    cleanTwin: image.slice(),
  };
}

/** `scratch/train/good/004.png` */
const idOf = (defectType: 'good' | PhotoDefect, photo: string): string => `${defectType}/${photo}`;

function fullAim(aim: PhotoAim, { area }: PhotoScene, size: ImageRecord['size']): Aim {
  const { defectType, severity } = aim;
  const least = MEANT_PIXELS / Math.min(...size) ** 2;
  const share = (of: number) => Math.max(least, of * SMALLER * Math.min(1, area));
  const [smallest, largest] = areaAt(defectType, severity);
  const faintness = strengthAt(severity) * DEFECT_TRAITS[defectType].contrast;
  const contrast: Range = [FAINT[0] * faintness, FAINT[1] * faintness];
  return {
    ...aim,
    usual: {
      size: [share(smallest), share(largest)],
      contrast: MARKS.includes(defectType) ? contrast : undefined,
      leastContrast: SHOWS * DEFECT_TRAITS[defectType].contrast,
    },
  };
}

const leastChange = ({ contrast }: PhotoAim): number => Math.min(LEAST_CHANGE, (contrast?.[0] ?? 1) / 2);

/** Says on which photograph a defect could not be drawn. */
function whereOf<T>({ id }: ImageRecord, draw: () => T): T {
  try {
    return draw();
  } catch (error) {
    if (!(error instanceof SyntheticError)) throw error;
    throw new SyntheticError(error.code, `${error.message.replace('synthesize:', 'withDefects:')} on ${id}`);
  }
}

function isGrey(rgb: Uint8Array): boolean {
  for (let at = 0; at < rgb.length; at += 3) {
    if (rgb[at] !== rgb[at + 1] || rgb[at] !== rgb[at + 2]) return false;
  }
  return true;
}
