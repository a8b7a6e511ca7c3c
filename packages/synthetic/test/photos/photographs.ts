import { type Dataset, everyIndex, type ImageRecord, type Size } from '@utad/core';
import { synthesize } from '@utad/synthetic';

/** Good parts as photographs that nothing but their pixels is known of. */
export function photographs(
  category: 'bolt' | 'tile' | 'capsule',
  count: number,
  size: Size = [96, 96],
): Dataset & { readonly read: number[] } {
  const drawn = synthesize({ category, split: 'train', count, size });
  const read: number[] = [];
  return {
    count,
    fingerprint: drawn.fingerprint,
    read,
    async *records(order) {
      for (const index of order) {
        read.push(index);
        const { image } = drawn.record(index);
        yield { id: `photos/${index}.jpg`, label: 0, defectType: 'good', image, size, channels: 3 };
      }
    },
  };
}

/** The same without colour, as three equal channels or as one. */
export function withoutColour(photos: Dataset, channels: 1 | 3): Dataset {
  return {
    ...photos,
    async *records(order) {
      for await (const record of photos.records(order)) {
        const green = record.image.filter((_, index) => index % 3 === 1);
        const image =
          channels === 1 ? green : record.image.map((_, index) => green[Math.floor(index / 3)] ?? 0);
        yield { ...record, image, channels };
      }
    },
  };
}

export async function recordsOf(data: Dataset, order = everyIndex(data)): Promise<ImageRecord[]> {
  const found: ImageRecord[] = [];
  for await (const record of data.records(order)) found.push(record);
  return found;
}

/** The mean absolute change of a pixel, on [0, 1], row by row. */
export function changes({ image, cleanTwin, channels, size }: ImageRecord): number[] {
  if (cleanTwin === undefined) throw new Error('changes: expected a clean twin');
  return Array.from({ length: size[0] * size[1] }, (_, pixel) => {
    let change = 0;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) {
      change += Math.abs((image[at] ?? 0) - (cleanTwin[at] ?? 0));
    }
    return change / (255 * channels);
  });
}

/**
 * Noisy grey photographs of dark discs before a bright background, whose brightness differs by `slope` of 255 from left to
 * right, and that loses up to `shadow` of it beside a disc; and how far a pixel is from the border of its disc, in
 * pixels, negative on it.
 */
export function discs(
  count: number,
  slope: number,
  shadow: number,
): { photos: Dataset; distance(photo: number, pixel: number): number } {
  const side = 96;
  const distance = (photo: number, pixel: number): number => {
    const [row, column] = [Math.floor(pixel / side), pixel % side];
    return Math.hypot(row - 40 - 2 * photo, column - 56 + 2 * photo) - 20 - photo;
  };
  const value = (photo: number, pixel: number): number => {
    const far = distance(photo, pixel);
    const noise = ((pixel * 7919 + photo * 104729) % 9) - 4;
    if (far < 0) return 70 + 10 * Math.sin(pixel % side) + noise;
    const lit = 190 + slope * ((pixel % side) / side - 0.5);
    return lit - shadow * Math.max(0, 1 - far / 12) + noise;
  };
  const photos: Dataset = {
    count,
    fingerprint: `discs ${count} ${slope} ${shadow}`,
    async *records(order) {
      for (const index of order) {
        const image = Uint8Array.from({ length: side * side }, (_, pixel) => Math.round(value(index, pixel)));
        yield { id: String(index), label: 0, defectType: 'good', image, size: [side, side], channels: 1 };
      }
    },
  };
  return { photos, distance };
}
