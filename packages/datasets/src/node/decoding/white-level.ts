import { CHANGE, type HeadedImage, sixteenBits } from './with-image';

/** White of 16 bits, the default. */
export const HIGHEST_WHITE_LEVEL = 65_535;
/** White of 8 bits, below which nothing is gained. */
export const LEAST_WHITE_LEVEL = 255;

/** What is white in images of more than 8 bits, and how that was decided. */
export interface WhiteLevelReport {
  /** From 255 to 65535. */
  readonly level: number;
  /** The images of more than 8 bits that were looked at, and the largest value in them; null where the level was given. */
  readonly from: { readonly images: number; readonly largest: number } | null;
}

/** The smallest `2 ** k - 1`, k from 9 to 16, that holds a value. */
function whiteLevelFor(largest: number): number {
  let level = 511;
  while (level < largest) level = 2 * level + 1;
  return level;
}

/** The level found in images of more than 8 bits; 65535 where there are none. */
export function foundWhiteLevel(images: number, largest: number): WhiteLevelReport {
  return { level: images === 0 ? HIGHEST_WHITE_LEVEL : whiteLevelFor(largest), from: { images, largest } };
}

/** Says what was decided, and from how many images; of a level that was given, nothing. */
export function whiteLevelSentences(report: WhiteLevelReport | null): string[] {
  if (report === null || report.from === null) return [];
  const { level, from } = report;
  if (from.images === 0) return [`White level: ${level}, since no image has more than 8 bits.`];
  const images = from.images === 1 ? '1 image' : `${from.images} images`;
  return [
    `White level: ${level}, from ${images} of more than 8 bits, whose largest value is ${from.largest}.`,
  ];
}

/** Whether a white level means something for an image: of CMYK values are ink, not light. */
export function hasWhiteLevel(changes: number): boolean {
  return (changes & CHANGE.deep) !== 0 && (changes & CHANGE.cmyk) === 0;
}

/** The level by which an image is decoded otherwise than without one; undefined where it is not. */
export function levelOf(changes: number, whiteLevel: number | undefined): number | undefined {
  return whiteLevel !== HIGHEST_WHITE_LEVEL && hasWhiteLevel(changes) ? whiteLevel : undefined;
}

/** A value of 16 bits as one of 8: of white 65535 its upper byte, of `2 ** k - 1` the upper 8 of k bits. */
export function toByte(value: number, white = HIGHEST_WHITE_LEVEL): number {
  return Math.min(255, Math.floor((value * 256) / (white + 1)));
}

/** The largest value of an image of more than 8 bits. */
export async function largestValue(headed: HeadedImage): Promise<number> {
  let largest = 0;
  for (const value of await sixteenBits(headed.image, spaceOf(headed))) if (value > largest) largest = value;
  return largest;
}

/** An image of more than 8 bits as bytes, white at a level, with the number of channels that it has. */
export async function bytesBelow(
  headed: HeadedImage,
  level: number,
): Promise<{ bytes: Uint8Array; clipped: boolean }> {
  const values = await sixteenBits(headed.image, spaceOf(headed));
  const table = Uint8Array.from({ length: HIGHEST_WHITE_LEVEL + 1 }, (_, value) => toByte(value, level));
  const bytes = new Uint8Array(values.length);
  let clipped = false;
  for (let at = 0; at < bytes.length; at++) {
    const value = values[at] ?? 0;
    if (value > level) clipped = true;
    bytes[at] = table[value] ?? 0;
  }
  return { bytes, clipped };
}

const spaceOf = ({ changes }: HeadedImage) => ((changes & CHANGE.grey) !== 0 ? 'grey16' : 'rgb16');
