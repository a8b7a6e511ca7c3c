import type { Size } from '@utad/core';

/**
 * What decoding did to one image besides resizing, a bit each, so that a cache of a million images keeps it in a byte;
 * and two things that a second decoding wants to know beforehand: that it is one channel of 8 bits whose colours need no
 * conversion, which would take a sixth of the time, and that it is a BMP.
 */
export const CHANGE = { cmyk: 1, grey: 2, deep: 4, alpha: 8, turned: 16, plainGrey: 32, bmp: 64 } as const;

const WORDS: readonly (readonly [bit: number, words: string])[] = [
  [CHANGE.cmyk, 'CMYK converted to sRGB'],
  [CHANGE.grey, 'grey repeated over three channels'],
  [CHANGE.deep, '16 bits a channel reduced to 8'],
  [CHANGE.alpha, 'transparency laid over black'],
  [CHANGE.turned, 'turned as its EXIF orientation says'],
];

/** Says what was done to an image, in words that are the same for all images changed alike. */
export function describeChanges(changes: number, from: Size, to: Size): string[] {
  const words = WORDS.filter(([bit]) => (changes & bit) !== 0).map(([, said]) => said);
  const same = from[0] === to[0] && from[1] === to[1];
  return same ? words : [...words, `resized from ${from.join('x')} to ${to.join('x')}`];
}
