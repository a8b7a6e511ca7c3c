import { readFileSync } from 'node:fs';
import { floatTiff, ReportError } from '@utad/report';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  size: [number, number];
  /** Of the values, as numbers of 32 bits. */
  bits: number[];
  /** Base64. */
  file: string;
  tifffile: {
    dtype: string;
    shape: number[];
    compression: string;
    photometric: string;
    contiguous: boolean;
    bits: number[];
  };
  pillow: { mode: string; size: number[]; bits: number[] };
  numpy: number[];
}
const cases: Case[] = JSON.parse(readFileSync(new URL('fixtures/float-tiff.json', import.meta.url), 'utf8'));

describe.each(cases)('$name', ({ size, bits, file, tifffile, pillow, numpy }) => {
  it('is written to the file that Python read', () => {
    const map = new Float32Array(Uint32Array.from(bits).buffer);
    expect(Buffer.from(floatTiff(map, size)).toString('base64')).toBe(file);
  });

  it('has the same bits in tifffile, Pillow and numpy', () => {
    expect(tifffile).toEqual({
      dtype: 'float32',
      shape: size,
      compression: 'NONE',
      photometric: 'MINISBLACK',
      contiguous: true,
      bits,
    });
    expect(pillow).toEqual({ mode: 'F', size, bits });
    expect(numpy).toEqual(bits);
  });
});

it('is a part of a larger array as well', () => {
  const map = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  expect(floatTiff(map, [1, 2])).toEqual(floatTiff(Float32Array.of(1, 2), [1, 2]));
});

it('is read by libvips as one channel of floats', async () => {
  const file = floatTiff(Float32Array.of(0.25, 0.5, 0.75, 1, 1.25, 1.5), [2, 3]);
  expect(await sharp(file).metadata()).toMatchObject({
    ...{ format: 'tiff', width: 3, height: 2, channels: 1, depth: 'float' },
  });
});

it('takes four bytes for a value, and 136', () => {
  expect(floatTiff(new Float32Array(1024 * 1024), [1024, 1024])).toHaveLength(4 * 1024 * 1024 + 136);
});

it('refuses values that are not finite, lengths that do not fit, and no values', () => {
  expect(() => floatTiff(Float32Array.of(0, Number.NaN), [1, 2])).toThrow(
    'anomaly map: expected finite numbers, received NaN at index 1',
  );
  expect(() => floatTiff(Float32Array.of(Number.POSITIVE_INFINITY), [1, 1])).toThrow(ReportError);
  expect(() => floatTiff(new Float32Array(3), [2, 2])).toThrow(
    'anomaly map: expected 2 x 2 = 4 values, received 3',
  );
  expect(() => floatTiff(new Float32Array(0), [0, 0])).toThrow(ReportError);
});
