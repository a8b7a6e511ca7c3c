import { resizeBilinear, resizeImage, resizeNearest, type Size } from '@utad/core';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/resize-bilinear.json';

describe('resizeImage', () => {
  const grey = (values: readonly number[], from: Size, to: Size) => [
    ...resizeImage(Uint8Array.from(values), { height: from[0], width: from[1], channels: 1 }, to),
  ];

  it('enlarges with half-pixel centres: 0, 100, 200, 50 to eight pixels', () => {
    // Positions -0.25, 0.25, 0.75 ... of the source.
    expect(grey([0, 100, 200, 50], [1, 4], [1, 8])).toEqual([0, 25, 75, 125, 175, 163, 88, 50]);
    expect(grey([0, 100, 200, 50], [4, 1], [8, 1])).toEqual([0, 25, 75, 125, 175, 163, 88, 50]);
  });

  it('shrinks to half with a kernel as wide as two steps: weights 1, 3, 3, 1 of eight', () => {
    // The border is repeated: (0 + 3 * 0 + 3 * 80 + 160) / 8 = 50, (80 + 3 * 160 + 3 * 240 + 240) / 8 = 190.
    expect(grey([0, 80, 160, 240], [1, 4], [1, 2])).toEqual([50, 190]);
    expect(grey([0, 80, 160, 240], [4, 1], [2, 1])).toEqual([50, 190]);
  });

  it('shrinks to a quarter by means of two first: the same kernel over 5, 25, 45, 65', () => {
    // Means 5, 25, 45, 65; (5 + 3 * 5 + 3 * 25 + 45) / 8 = 17.5, (25 + 3 * 45 + 3 * 65 + 65) / 8 = 52.5.
    expect(grey([0, 10, 20, 30, 40, 50, 60, 70], [1, 8], [1, 2])).toEqual([18, 53]);
  });

  it('keeps a white image white', () => {
    for (const side of [1, 2, 3, 7, 11, 30, 49, 60]) {
      const white = new Uint8Array(50 * 50 * 3).fill(255);
      const resized = resizeImage(white, { height: 50, width: 50, channels: 3 }, [side, 61 - side]);
      expect([side, resized.every((value) => value === 255)]).toEqual([side, true]);
    }
  });

  it('gives back what has the size already', () => {
    const pixels = Uint8Array.of(1, 2, 3);
    expect(resizeImage(pixels, { height: 1, width: 1, channels: 3 }, [1, 1])).toBe(pixels);
  });

  it('refuses bytes and sides that do not fit', () => {
    const pixels = Uint8Array.of(1, 2, 3);
    expect(() => resizeImage(pixels, { height: 2, width: 2, channels: 1 }, [1, 1])).toThrow(
      'expected 4 bytes for 2x2x1, received 3',
    );
    expect(() => resizeImage(pixels, { height: 1, width: 1, channels: 3 }, [1, 0])).toThrow(
      'expected sides in whole pixels from 1, received 1x1 to 1x0',
    );
  });
});

describe('resizeBilinear', () => {
  const floats = (hex: string) => {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return new Float32Array(bytes.buffer);
  };
  const sizeOf = ([height = 0, width = 0]: readonly number[]): Size => [height, width];

  it.each(fixture.cases)(
    '$from to $to: bit for bit what TensorFlow gives',
    ({ from, to, values, resized }) => {
      expect(resizeBilinear(floats(values), sizeOf(from), sizeOf(to))).toEqual(floats(resized));
    },
  );
});
describe('resizeNearest', () => {
  const mask = (...values: number[]) => Uint8Array.from(values);

  it('repeats pixels on the way up', () => {
    expect([...resizeNearest(mask(0, 1), [1, 2], [2, 4])]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  it('takes the pixel under each new centre on the way down', () => {
    // New centres lie at 0.5 * 4 / 2 = 1 and 3 of old columns 0 to 4: the second and the last pixel.
    expect([...resizeNearest(mask(0, 1, 0, 1), [1, 4], [1, 2])]).toEqual([1, 1]);
    // Of three columns to two: centres at 0.75 and 2.25.
    expect([...resizeNearest(mask(1, 0, 1), [1, 3], [1, 2])]).toEqual([1, 1]);
    expect([...resizeNearest(mask(0, 1, 0), [1, 3], [1, 2])]).toEqual([0, 0]);
  });

  it('tells rows from columns', () => {
    expect([...resizeNearest(mask(1, 0, 0, 0, 1, 0), [2, 3], [2, 3])]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...resizeNearest(mask(1, 0), [2, 1], [4, 2])]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });
});
