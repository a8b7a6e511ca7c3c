import { resizeNearest, type Size } from '@utad/core';
import { CHANGE, type HeadedImage, sixteenBits } from './with-image';

/** How the values of a mask were read: as `MaskReport` of a dataset counts them. */
export type MaskReading = 'binary' | 'two values' | 'labels' | 'antialiased' | 'alpha channel' | 'threshold';

/** More distinct values than this are no labels. */
const MOST_LABELS = 16;
/** Brighter than half. */
const HALF = 127;

/** A mask file as 0 and 1, with what was found out about its values. */
export interface ReadMask {
  /** 1 where the image is defective, in the size of the file. */
  readonly marked: Uint8Array;
  readonly reading: MaskReading;
  /** Its highest value, from 0 to 255. */
  readonly brightest: number;
  /** Whether all of its values are 0. */
  readonly black: boolean;
  /** Whether a cut at 127 would mark other pixels. */
  readonly otherThanHalf: boolean;
}

/**
 * Reads a mask in its own size.
 *
 * Without a threshold its values decide: of 0 and one other value, the other one is a defect; up to 16 values, or colours,
 * besides 0 are labels, each of them a defect; more are the greys of antialiased borders, cut at 127. A picture that is black
 * all over and has transparent parts marks what is not transparent.
 *
 * @param threshold From 0 to 254: what is brighter is a defect, whatever other values there are.
 */
export async function readMask(headed: HeadedImage, threshold: number | undefined): Promise<ReadMask> {
  const grey = await greyOf(headed, threshold === undefined);
  if (!grey.values.some((value) => value > 0)) {
    const alpha = await alphaOf(headed);
    if (alpha !== undefined) {
      const how = threshold === undefined ? 'alpha channel' : 'threshold';
      return { ...cut({ values: alpha, shift: 0 }, threshold ?? HALF), reading: how, otherThanHalf: true };
    }
  }
  if (threshold !== undefined) return { ...cut(grey, threshold), reading: 'threshold' };
  const distinct = await distinctValues(headed, grey);
  if (distinct.count > MOST_LABELS) return { ...cut(grey, HALF), reading: 'antialiased' };
  const reading = distinct.count > 1 ? 'labels' : distinct.binary ? 'binary' : 'two values';
  return { ...markedBy(distinct.values, grey), reading };
}

/** A value for each pixel, of 8 bits after a shift. */
interface Grey {
  readonly values: Uint8Array | Uint16Array;
  /** 8 where values have 16 bits. */
  readonly shift: 0 | 8;
}

/** @param exact Whether 16 bits are kept. */
async function greyOf({ image, changes }: HeadedImage, exact: boolean): Promise<Grey> {
  if (!exact || (changes & CHANGE.deep) === 0) {
    return { values: await image.clone().toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer(), shift: 0 };
  }
  return { values: await sixteenBits(image, 'grey16'), shift: 8 };
}

/** The alpha channel of a mask; undefined where it has none, or it is the same all over. */
async function alphaOf({ image, changes }: HeadedImage): Promise<Uint8Array | undefined> {
  if ((changes & CHANGE.alpha) === 0) return undefined;
  const alpha = await image.clone().flatten(false).extractChannel('alpha').raw({ depth: 'uchar' }).toBuffer();
  return alpha.some((value) => value !== alpha[0]) ? alpha : undefined;
}

interface Distinct {
  /** For each pixel, 0 where it is black. */
  readonly values: ArrayLike<number>;
  /** Values besides 0; counting ends above {@link MOST_LABELS}. */
  readonly count: number;
  /** Whether they are no others than 0 and the brightest that there is. */
  readonly binary: boolean;
}

/** The distinct values of a mask; those of a picture in colour are its colours, since two may be equally bright. */
async function distinctValues({ image, changes }: HeadedImage, { values, shift }: Grey): Promise<Distinct> {
  const highest = shift === 8 ? 65_535 : 255;
  if ((changes & (CHANGE.grey | CHANGE.deep)) !== 0) {
    const seen = distinctOf(values);
    return { values, count: seen.size, binary: [...seen].every((value) => value === highest) };
  }
  const rgb = await image.clone().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
  const colours = new Uint32Array(values.length);
  for (let pixel = 0, at = 0; pixel < colours.length; pixel++, at += 3) {
    colours[pixel] = ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
  }
  const seen = distinctOf(colours);
  return { values: colours, count: seen.size, binary: [...seen].every((colour) => colour === 0xffffff) };
}

function distinctOf(values: ArrayLike<number>): Set<number> {
  const seen = new Set<number>();
  let last = 0;
  for (let pixel = 0; pixel < values.length && seen.size <= MOST_LABELS; pixel++) {
    const value = values[pixel] ?? 0;
    if (value !== 0 && value !== last) seen.add(value);
    last = value;
  }
  return seen;
}

function cut({ values, shift }: Grey, threshold: number): Omit<ReadMask, 'reading'> {
  const marked = new Uint8Array(values.length);
  let brightest = 0;
  let black = true;
  for (let pixel = 0; pixel < marked.length; pixel++) {
    const value = values[pixel] ?? 0;
    if (value > 0) black = false;
    if (value > brightest) brightest = value;
    marked[pixel] = value >> shift > threshold ? 1 : 0;
  }
  return { marked, brightest: brightest >> shift, black, otherThanHalf: false };
}

/** Marks all that is not black. */
function markedBy(values: ArrayLike<number>, { values: grey, shift }: Grey): Omit<ReadMask, 'reading'> {
  const { marked, brightest } = cut({ values: grey, shift }, HALF);
  let black = true;
  let otherThanHalf = false;
  for (let pixel = 0; pixel < marked.length; pixel++) {
    if (values[pixel] === 0) continue;
    black = false;
    if (marked[pixel] === 0) otherThanHalf = true;
    marked[pixel] = 1;
  }
  return { marked, brightest, black, otherThanHalf };
}

/** How many regions of a mask, pixels that touch at a side or a corner, leave no pixel in it at a smaller size. */
export function countLostRegions(marked: Uint8Array, from: Size, to: Size): number {
  if (to[0] >= from[0] && to[1] >= from[1]) return 0;
  const [height, width] = from;
  const left = marked.slice();
  for (let row = 0; row < to[0]; row++) {
    // The pixels that `resizeNearest` takes.
    const start = Math.floor(((row + 0.5) * height) / to[0]) * width;
    for (let column = 0; column < to[1]; column++) {
      const pixel = start + Math.floor(((column + 0.5) * width) / to[1]);
      if (left[pixel] === 1) clearRegion(left, pixel, from);
    }
  }
  let lost = 0;
  for (let pixel = left.indexOf(1); pixel >= 0; pixel = left.indexOf(1, pixel)) {
    clearRegion(left, pixel, from);
    lost += 1;
  }
  return lost;
}

function clearRegion(marked: Uint8Array, start: number, [height, width]: Size): void {
  const pending = [start];
  marked[start] = 0;
  for (let pixel = pending.pop(); pixel !== undefined; pixel = pending.pop()) {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
        const beside = y * width + x;
        if (marked[beside] !== 1) continue;
        marked[beside] = 0;
        pending.push(beside);
      }
    }
  }
}

/** What is kept of a mask beside its pixels, in bits above those of {@link CHANGE}, so that a cache keeps it too. */
export interface MaskFacts {
  readonly reading: MaskReading;
  readonly black: boolean;
  /** Whether nothing is marked. */
  readonly empty: boolean;
  readonly otherThanHalf: boolean;
  /** Regions that have no pixel in the size that it was decoded to; 65,535 stands for more. */
  readonly lostRegions: number;
}

const READINGS: readonly MaskReading[] = [
  'binary',
  'two values',
  'labels',
  'antialiased',
  'alpha channel',
  'threshold',
];
const [READING_SHIFT, BLACK, EMPTY, OTHER_THAN_HALF, LOST_SHIFT] = [8, 1 << 11, 1 << 12, 1 << 13, 16];

/** A mask of the size asked, and the bits of its facts. */
export function shrinkMask(mask: ReadMask, from: Size, to: Size): { pixels: Uint8Array; facts: number } {
  const lost = Math.min(65_535, countLostRegions(mask.marked, from, to));
  const facts =
    (READINGS.indexOf(mask.reading) << READING_SHIFT) |
    (mask.black ? BLACK : 0) |
    (mask.marked.includes(1) ? 0 : EMPTY) |
    (mask.otherThanHalf ? OTHER_THAN_HALF : 0) |
    (lost << LOST_SHIFT);
  return { pixels: resizeNearest(mask.marked, from, to), facts: facts >>> 0 };
}

/** What {@link shrinkMask} put into bits. */
export function maskFacts(changes: number): MaskFacts {
  return {
    reading: READINGS[(changes >>> READING_SHIFT) & 7] ?? 'binary',
    black: (changes & BLACK) !== 0,
    empty: (changes & EMPTY) !== 0,
    otherThanHalf: (changes & OTHER_THAN_HALF) !== 0,
    lostRegions: changes >>> LOST_SHIFT,
  };
}
