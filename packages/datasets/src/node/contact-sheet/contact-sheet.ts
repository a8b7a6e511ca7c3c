import { repeatGrey, type Size } from '@utad/core';
import sharp from 'sharp';
import { checkWhole, DatasetError, ImageError } from '../../errors';
import { surveyFiles } from '../check/survey';
import { decodeImage, decodeMaskPixels, resizePixels } from '../decoding/decode';
import { readImageFile, withImage } from '../decoding/with-image';
import { readClassImages } from '../one-class/class-images';
import type { DatasetLocation } from '../open-dataset';
import type { ImageEntry } from '../pipeline/image-entry';
import { Canvas, type Colour, LETTER } from './canvas';

/** What {@link contactSheet} draws. */
export interface ContactSheetOptions {
  /** Images of each type of defect at most, spread evenly over those that there are. Default 8. */
  readonly count?: number;
  /** Images beside each other. Default 8. */
  readonly columns?: number;
  /** Side of the square that each image is fitted into, in pixels, from 16 to 1024. Default 128. */
  readonly size?: number;
  /** Is told how many images are drawn. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A picture of many images. */
export interface ContactSheet {
  /** PNG. */
  readonly png: Uint8Array;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** What is shown, from top to bottom. */
  readonly groups: readonly { readonly name: string; readonly images: number; readonly shown: number }[];
  /** Images that could not be read; a cross is drawn in their place. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

const GAP = 4;
const CAPTION = 2;
const BACKGROUND: Colour = [24, 24, 27];
const INK: Colour = [228, 228, 231];
/** A colour that parts seldom have. */
const OUTLINE: Colour = [255, 0, 200];
const CROSS: Colour = [220, 60, 60];
/** A picture that programs still open. */
const MOST_PIXELS = 2 ** 27;

/**
 * Draws a few images of each type of defect in a dataset, with the outlines of their masks, under captions that say what they are
 * and how many there are.
 *
 * @throws DatasetError `root-missing`, `category-unknown`, `empty`, `invalid-option`
 */
export async function contactSheet(
  dataset: DatasetLocation,
  { count = 8, columns = 8, size = 128, onProgress, signal }: ContactSheetOptions = {},
): Promise<ContactSheet> {
  checkWhole('count', count, 1, 10_000);
  checkWhole('columns', columns, 1, 1000);
  checkWhole('size', size, 16, 1024);
  const groups = (await groupsOf(dataset, count)).filter(({ tiles }) => tiles.length > 0);
  if (groups.length === 0)
    throw new DatasetError('empty', 'contact sheet: expected images to show, found none');
  const line = CAPTION * LETTER.height + 2 * GAP;
  const rows = groups.reduce((sum, { tiles }) => sum + Math.ceil(tiles.length / columns), 0);
  const width = columns * (size + GAP) + GAP;
  const height = groups.length * line + rows * (size + GAP) + GAP;
  if (width * height > MOST_PIXELS) {
    const message = `contact sheet: expected at most ${MOST_PIXELS} pixels, received ${height}x${width}: show fewer images, or smaller`;
    throw new DatasetError('invalid-option', message);
  }
  const canvas = new Canvas([height, width], BACKGROUND);
  const unreadable: { path: string; reason: string }[] = [];
  const total = groups.reduce((sum, { tiles }) => sum + tiles.length, 0);
  let done = 0;
  let top = 0;
  for (const { name, images, tiles } of groups) {
    canvas.text(`${name}  ${captionOf(images, tiles.length)}`, top + GAP, GAP, INK, CAPTION);
    top += line;
    for (const [index, tile] of tiles.entries()) {
      signal?.throwIfAborted();
      const left = GAP + (index % columns) * (size + GAP);
      const error = await draw(canvas, tile, top + Math.floor(index / columns) * (size + GAP), left, size);
      if (error !== undefined) unreadable.push({ path: error.path, reason: error.reason });
      onProgress?.(++done, total);
    }
    top += Math.ceil(tiles.length / columns) * (size + GAP);
  }
  const raw = sharp(canvas.pixels, { raw: { width, height, channels: 3 } });
  const png = new Uint8Array(await raw.png({ compressionLevel: 9 }).toBuffer());
  const shown = groups.map(({ name, images, tiles }) => ({ name, images, shown: tiles.length }));
  return { png, width, height, groups: shown, unreadable };
}

const captionOf = (images: number, shown: number): string =>
  shown < images ? `${shown} of ${images} images` : `${images} image${images === 1 ? '' : 's'}`;

/** @returns What is wrong with an image that cannot be drawn. */
async function draw(
  canvas: Canvas,
  tile: Group['tiles'][number],
  top: number,
  left: number,
  side: number,
): Promise<ImageError | undefined> {
  try {
    const { pixels, size, mask } = await tile(side);
    const place = [top + Math.floor((side - size[0]) / 2), left + Math.floor((side - size[1]) / 2)] as const;
    canvas.image(pixels, size, ...place);
    if (mask === undefined) return undefined;
    for (const [row, column] of outlineOf(mask, size)) canvas.dot(place[0] + row, place[1] + column, OUTLINE);
    return undefined;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    for (let step = 0; step < side; step++) {
      canvas.dot(top + step, left + step, CROSS);
      canvas.dot(top + step, left + side - 1 - step, CROSS);
    }
    return error;
  }
}

/** A picture in the size of its place. */
interface Tile {
  /** RGB, row by row. */
  readonly pixels: Uint8Array;
  readonly size: Size;
  /** 1 where it is defective; undefined where that is not known. */
  readonly mask: Uint8Array | undefined;
}

/** Images of one type of defect, a few of which are shown. */
interface Group {
  /** `screw/test/scratch_head`. */
  readonly name: string;
  readonly images: number;
  /** Each draws one of the images chosen, in a square of so many pixels. */
  readonly tiles: readonly ((side: number) => Promise<Tile>)[];
}

/** The images of a dataset by category, split and type of defect, `count` of each, spread evenly. */
async function groupsOf(dataset: DatasetLocation, count: number): Promise<Group[]> {
  if (dataset.source === 'classes') return classGroups(dataset, count);
  const { parts } = await surveyFiles(dataset);
  return parts.flatMap(({ category, split, entries }) =>
    [...new Set(entries.map(({ defectType }) => defectType))].map((defectType) => {
      const those = entries.filter((entry) => entry.defectType === defectType);
      return {
        name: [category, split, defectType].filter((name) => name !== null).join('/'),
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
  const { threshold } = mask;
  const whole = await decodeMaskPixels(await readImageFile(mask.path), mask.path, {
    threshold,
    limits: undefined,
  });
  return { pixels, size, mask: shrinkMask(whole.pixels, whole.fileSize, size) };
}

/** As large as the square allows, the aspect ratio kept. */
function fitted([height, width]: Size, side: number): Size {
  const scale = side / Math.max(height, width);
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

async function classGroups(
  { known, root }: Extract<DatasetLocation, { source: 'classes' }>,
  count: number,
): Promise<Group[]> {
  const groups: Group[] = [];
  for (const split of ['train', 'test'] as const) {
    const images = known.categories.map(() => 0);
    const tiles = known.categories.map((): Group['tiles'][number][] => []);
    for await (const { layout, labels, image } of readClassImages(known, root, split)) {
      for (const [index, label] of labels.entries()) {
        images[label] = (images[label] ?? 0) + 1;
        const chosen = tiles[label];
        if (chosen === undefined || chosen.length >= count) continue;
        const bytes = image(index);
        const pixels = layout.channels === 3 ? bytes : repeatGrey(bytes);
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
    for (const [label, defectType] of known.categories.entries()) {
      groups.push({ name: `${split}/${defectType}`, images: images[label] ?? 0, tiles: tiles[label] ?? [] });
    }
  }
  return groups;
}

/**
 * A mask made smaller so that nothing gets lost: a pixel is marked where any of those it stands for is.
 *
 * @param mask 0 or 1 for each pixel, row by row.
 */
function shrinkMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  const small = new Uint8Array(to[0] * to[1]);
  const span = (at: number, axis: 0 | 1): [first: number, last: number] => {
    const first = Math.floor((at * from[axis]) / to[axis]);
    return [first, Math.max(first, Math.ceil(((at + 1) * from[axis]) / to[axis]) - 1)];
  };
  for (let row = 0; row < to[0]; row++) {
    const [top, bottom] = span(row, 0);
    for (let column = 0; column < to[1]; column++) {
      const [left, right] = span(column, 1);
      for (let y = top; y <= bottom; y++) {
        if (mask.subarray(y * from[1] + left, y * from[1] + right + 1).includes(1)) {
          small[row * to[1] + column] = 1;
          break;
        }
      }
    }
  }
  return small;
}

/** The pixels around what is marked, as `[row, column]`: beside it and not on it, so that it can be seen. */
function* outlineOf(mask: Uint8Array, [height, width]: Size): Generator<readonly [number, number]> {
  const marked = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < height && column < width && mask[row * width + column] === 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (marked(row, column)) continue;
      const beside = [-1, 0, 1].some((y) => [-1, 0, 1].some((x) => marked(row + y, column + x)));
      if (beside) yield [row, column];
    }
  }
}
