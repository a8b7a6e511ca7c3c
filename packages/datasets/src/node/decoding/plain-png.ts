import type { Size } from '@utad/core';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Chunks that leave decoded bytes as they are; a profile, transparency, or EXIF is in none of them. */
const HARMLESS: ReadonlySet<string> = new Set(['gAMA', 'cHRM', 'sRGB', 'pHYs', 'tIME']);
const COLOUR_TYPES: ReadonlyMap<number, 'grey' | 'rgb'> = new Map([
  [0, 'grey'],
  [2, 'rgb'],
]);
const [GREY_OR_RGB_DEPTH, NOT_INTERLACED] = [8, 0];

/** What the header says of a PNG of the plainest kind. */
export interface PlainPng {
  readonly size: Size;
  readonly colours: 'grey' | 'rgb';
}

/**
 * Reads the header of the PNG that datasets are mostly made of: 8 bits, grey or RGB, not interlaced, with nothing in it that
 * changes its pixels. Asking libvips for the same takes a tenth of the time in which it decodes an image of 384x384.
 *
 * @returns Undefined for every other file, which libvips is then asked about: https://www.w3.org/TR/png-3/#5DataRep.
 */
export function plainPng(file: Uint8Array): PlainPng | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  if (bytes.readUInt32BE(8) !== 13 || typeAt(bytes, 8) !== 'IHDR') return undefined;
  const colours = COLOUR_TYPES.get(bytes.readUInt8(25));
  if (colours === undefined || bytes.readUInt8(24) !== GREY_OR_RGB_DEPTH) return undefined;
  if (bytes.readUInt8(28) !== NOT_INTERLACED) return undefined;
  for (let at = 33; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = typeAt(bytes, at);
    if (type === 'IDAT') return { size: [bytes.readUInt32BE(20), bytes.readUInt32BE(16)], colours };
    if (!HARMLESS.has(type)) return undefined;
  }
  return undefined;
}

/** How many frames a PNG is an animation of, 1 where it is none: libvips reads the first and does not say that there are more. */
export function animationFrames(file: Uint8Array): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE)) return 1;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = typeAt(bytes, at);
    if (type === 'acTL') return bytes.readUInt32BE(at + 8);
    if (type === 'IDAT') return 1;
  }
  return 1;
}

/** The type of the chunk at an offset, after its length. */
const typeAt = (bytes: Buffer, at: number): string => bytes.toString('latin1', at + 4, at + 8);
