import type { Size } from '@utad/core';
import { expectLength, unexpected } from './error';

const SHORT = 3;
const LONG = 4;
const ENTRIES = 10;
const ENTRY_BYTES = 12;
const HEADER_BYTES = 8;
const BYTES_PER_VALUE = 4;
/** Offsets have 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;

/**
 * Writes an anomaly map as a TIFF file that holds exactly its values: one channel of 32-bit floats, little endian, in one
 * strip, not compressed. Pillow, tifffile, OpenCV and the evaluation code of MVTec read it.
 *
 * Follows TIFF 6.0 (Adobe, 1992), sections 2, 4 and 19.
 *
 * @param map - `H * W` values, row by row; higher is more anomalous.
 * @param size - Height and width of the map.
 * @returns The bytes of the file: four for each value, and 136 more.
 * @throws {@link ReportError} When the length does not fit the size, a value is not finite, or the file would not fit
 * the offsets of the format (4 GiB).
 *
 * @example
 * ```ts
 * await writeFile('000.tiff', floatTiff(map, [1024, 1024]));
 * ```
 */
export function floatTiff(map: Float32Array, size: Size): Uint8Array {
  expectLength('anomaly map', map, size);
  const [height, width] = size;
  const wrong = map.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw unexpected('not-finite', 'anomaly map', 'finite numbers', `${map[wrong]} at index ${wrong}`);
  }
  // After the directory and the offset of the next one, of which there is none; a multiple of four.
  const start = HEADER_BYTES + 2 + ENTRIES * ENTRY_BYTES + 4 + 2;
  const bytes = map.length * BYTES_PER_VALUE;
  if (map.length === 0 || start + bytes > MOST_BYTES) {
    throw unexpected('range', 'anomaly map', '1 to 2^30 - 35 values', map.length);
  }
  const file = new Uint8Array(start + bytes);
  const view = new DataView(file.buffer);
  // "II": numbers are little endian.
  view.setUint16(0, 0x4949, true);
  view.setUint16(2, 42, true);
  view.setUint32(4, HEADER_BYTES, true);
  view.setUint16(HEADER_BYTES, ENTRIES, true);
  // TIFF 6.0, section 2: fields in the order of their numbers, which a directory has to keep.
  const fields: readonly (readonly [field: number, type: number, value: number])[] = [
    [256, LONG, width], // ImageWidth
    [257, LONG, height], // ImageLength
    [258, SHORT, 8 * BYTES_PER_VALUE], // BitsPerSample
    [259, SHORT, 1], // Compression: none
    [262, SHORT, 1], // PhotometricInterpretation: black is zero
    [273, LONG, start], // StripOffsets
    [277, SHORT, 1], // SamplesPerPixel
    [278, LONG, height], // RowsPerStrip
    [279, LONG, bytes], // StripByteCounts
    [339, SHORT, 3], // SampleFormat: IEEE floating point
  ];
  fields.forEach(([field, type, value], index) => {
    const at = HEADER_BYTES + 2 + index * ENTRY_BYTES;
    view.setUint16(at, field, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, 1, true);
    // A SHORT stands in the lower half, which comes first.
    view.setUint32(at + 8, value, true);
  });
  map.forEach((value, index) => {
    view.setFloat32(start + index * BYTES_PER_VALUE, value, true);
  });
  return file;
}
