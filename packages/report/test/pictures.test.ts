import { ReportError } from '@utad/report';
import { heatmap, overlay } from '@utad/report/node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

async function decode(png: Uint8Array) {
  expect((await sharp(png).metadata()).format).toBe('png');
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const at = (y: number, x: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  return { at, size: [info.height, info.width], data };
}

// The ends and the middle of inferno as matplotlib publishes it: #000004, #bc3754, #fcffa4.
const [lowest, middle, highest] = [
  [0, 0, 4],
  [188, 55, 84],
  [252, 255, 164],
];
const cyan = [0, 210, 255];

describe('heatmap', () => {
  it('runs through inferno from the low to the high end of the range, row by row', async () => {
    const { at, size } = await decode(await heatmap(new Float32Array([1, 2, 3, 0, 9, 1]), [2, 3], [1, 3]));
    expect(size).toEqual([2, 3]);
    expect([at(0, 0), at(0, 1), at(0, 2)]).toEqual([lowest, middle, highest]);
    expect([at(1, 0), at(1, 1), at(1, 2)]).toEqual([lowest, highest, lowest]);
  });

  it('grows lighter with every step of the value', async () => {
    const steps = Float32Array.from({ length: 32 }, (_, i) => i);
    const { at } = await decode(await heatmap(steps, [1, 32], [0, 31]));
    const luma = Array.from({ length: 32 }, (_, x) => {
      const [red = 0, green = 0, blue = 0] = at(0, x);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    for (let i = 1; i < 32; i++) expect(luma[i]).toBeGreaterThan(luma[i - 1] ?? 0);
  });

  it('draws a map without contrast in the lowest colour', async () => {
    const { at } = await decode(await heatmap(new Float32Array([5]), [1, 1], [5, 5]));
    expect(at(0, 0)).toEqual(lowest);
  });

  it('refuses NaN, a range that is none and a length that does not fit', async () => {
    await expect(heatmap(new Float32Array([Number.NaN]), [1, 1], [0, 1])).rejects.toThrow(
      'anomaly map: expected numbers, received NaN at index 0',
    );
    await expect(heatmap(new Float32Array(1), [1, 1], [1, 0])).rejects.toThrow(ReportError);
    await expect(heatmap(new Float32Array(3), [2, 2], [0, 1])).rejects.toThrow(
      'anomaly map: expected 2 x 2 = 4 values, received 3',
    );
  });
});

describe('overlay', () => {
  const size = [9, 9] as const;
  const grey = new Uint8Array(9 * 9 * 3).fill(100);
  const square = (from: number, to: number) =>
    Uint8Array.from({ length: 81 }, (_, i) => {
      const [y, x] = [Math.floor(i / 9), i % 9];
      return Number(y >= from && y <= to && x >= from && x <= to);
    });

  it('leaves the image alone where nothing is marked, and the input array always', async () => {
    const { data } = await decode(await overlay(grey, size, { segmentation: new Uint8Array(81) }));
    expect([...data]).toEqual([...grey]);
    await overlay(grey, size, { segmentation: square(2, 6) });
    expect(grey.every((value) => value === 100)).toBe(true);
  });

  it('outlines the segmentation in orange inside it and tints the rest of it', async () => {
    const { at } = await decode(await overlay(grey, size, { segmentation: square(2, 6) }));
    expect(at(2, 4)).toEqual([255, 110, 0]);
    // 0.55 of 100 and 0.45 of the colour.
    expect(at(4, 4)).toEqual([170, 105, 55]);
    expect(at(1, 4)).toEqual([100, 100, 100]);
  });

  it('outlines the ground truth in cyan from just outside', async () => {
    const { at } = await decode(
      await overlay(grey, size, { segmentation: new Uint8Array(81), groundTruth: square(3, 5) }),
    );
    expect(at(2, 4)).toEqual(cyan);
    expect(at(3, 4)).toEqual([100, 100, 100]);
    expect(at(1, 4)).toEqual([100, 100, 100]);
  });

  it('enlarges image and masks alike', async () => {
    const picture = await decode(await overlay(grey, size, { segmentation: square(3, 5), scale: 4 }));
    expect(picture.size).toEqual([36, 36]);
    expect(picture.at(18, 18)).toEqual([170, 105, 55]);
    expect(picture.at(2, 2)).toEqual([100, 100, 100]);
    const marked = [...Array(36 * 36).keys()].filter((i) => (picture.data[i * 3] ?? 0) > 100).length;
    // A square of 12 x 12, its corners rounded by the contour.
    expect(marked).toBeGreaterThan(130);
    expect(marked).toBeLessThanOrEqual(144);
  });

  it('refuses arrays that do not fit the size and a scale that is not whole', async () => {
    const segmentation = new Uint8Array(81);
    await expect(overlay(new Uint8Array(81), size, { segmentation })).rejects.toThrow(
      'image: expected 9 x 9 x 3 = 243 values, received 81',
    );
    await expect(overlay(grey, size, { segmentation, groundTruth: new Uint8Array(4) })).rejects.toThrow(
      'ground truth: expected 9 x 9 = 81 values, received 4',
    );
    await expect(overlay(grey, size, { segmentation, scale: 1.5 })).rejects.toThrow(ReportError);
  });
});
