import type { Size } from '@utad/core';
import type { PlacedDataset } from '../check/placed-dataset';
import { surveyFiles } from '../check/survey';
import { decodeImage, decodeMask } from '../decoding/decode';
import { readImageFile } from '../decoding/read-image-file';
import { resizePixels } from '../decoding/resize-pixels';
import { withImage } from '../decoding/with-image';
import { cifar10Images } from '../one-class/cifar10-images';
import { idxImages } from '../one-class/idx-images';
import type { ImageEntry } from '../pipeline/image-entry';
import { shrinkMask } from './outline';

/** A picture in the size of its place. */
interface Tile {
  /** RGB, row by row. */
  readonly pixels: Uint8Array;
  readonly size: Size;
  /** 1 where it is defective; undefined where that is not known. */
  readonly mask: Uint8Array | undefined;
}

/** Images of one kind, a few of which are shown. */
export interface Group {
  /** `screw/test/scratch_head`. */
  readonly name: string;
  readonly images: number;
  /** Each draws one of the images chosen, in a square of so many pixels. */
  readonly tiles: readonly ((side: number) => Promise<Tile>)[];
}

/** The images of a dataset by category, split and kind, `count` of each, spread evenly. */
export async function groupsOf(dataset: PlacedDataset, count: number): Promise<Group[]> {
  if (dataset.kind === 'classes') return classGroups(dataset, count);
  const { parts } = await surveyFiles(dataset);
  return parts.flatMap(({ category, split, entries }) =>
    [...new Set(entries.map(({ defectType: kind }) => kind))].map((kind) => {
      const those = entries.filter((entry) => entry.defectType === kind);
      return {
        name: [category, split, kind].filter((name) => name !== null).join('/'),
        images: those.length,
        tiles: spread(those, count).map((entry) => (side: number) => tileOf(entry, side)),
      };
    }),
  );
}

/** From the first on, at equal steps. */
function spread<T>(items: readonly T[], count: number): T[] {
  const wanted = Math.min(count, items.length);
  return Array.from(
    { length: wanted },
    (_, i) => items.slice(Math.floor((i * items.length) / wanted))[0],
  ).filter((item) => item !== undefined);
}

async function tileOf({ path, mask }: ImageEntry, side: number): Promise<Tile> {
  const file = await readImageFile(path);
  const fileSize = await withImage(file, path, undefined, async (headed) => headed.fileSize);
  const size = fitted(fileSize, side);
  const { pixels } = await decodeImage(file, path, size);
  if (mask === undefined || mask === 'none') return { pixels, size, mask: undefined };
  const whole = await decodeMask(await readImageFile(mask.path), mask.path, fileSize, mask.threshold);
  return { pixels, size, mask: shrinkMask(whole, fileSize, size) };
}

/** As large as the square allows, the aspect ratio kept. */
function fitted([height, width]: Size, side: number): Size {
  const scale = side / Math.max(height, width);
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

async function classGroups(
  { known, root }: Extract<PlacedDataset, { kind: 'classes' }>,
  count: number,
): Promise<Group[]> {
  const read = known.kind === 'idx' ? idxImages : cifar10Images;
  const groups: Group[] = [];
  for (const split of ['train', 'test'] as const) {
    const images = known.categories.map(() => 0);
    const tiles = known.categories.map((): Group['tiles'][number][] => []);
    for await (const { layout, labels, image } of read(root, split)) {
      for (const [index, label] of labels.entries()) {
        images[label] = (images[label] ?? 0) + 1;
        const chosen = tiles[label];
        if (chosen === undefined || chosen.length >= count) continue;
        const bytes = image(index);
        const pixels =
          layout.channels === 3
            ? bytes
            : Uint8Array.from({ length: 3 * bytes.length }, (_, at) => bytes[Math.floor(at / 3)] ?? 0);
        chosen.push(async (side) => {
          const size = fitted([layout.height, layout.width], side);
          return {
            pixels: await resizePixels(pixels, { ...layout, channels: 3 }, size),
            size,
            mask: undefined,
          };
        });
      }
    }
    for (const [label, kind] of known.categories.entries()) {
      groups.push({ name: `${split}/${kind}`, images: images[label] ?? 0, tiles: tiles[label] ?? [] });
    }
  }
  return groups;
}
