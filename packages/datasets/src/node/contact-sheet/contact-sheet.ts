import sharp from 'sharp';
import { DatasetError, ImageError } from '../../errors';
import type { PlacedDataset } from '../check/placed-dataset';
import { Canvas, type Colour } from './canvas';
import { type Group, groupsOf } from './groups';
import { LETTER } from './lettering';
import { outlineOf } from './outline';

/** What {@link contactSheet} draws. */
export interface ContactSheetOptions {
  /** Images of each kind at most, spread evenly over those that there are. Default 8. */
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
 * Draws a few images of each kind in a dataset, with the outlines of their masks, under captions that say what they are
 * and how many there are.
 *
 * @throws DatasetError `root-missing`, `category-unknown`, `empty`, `invalid-option`
 */
export async function contactSheet(
  dataset: PlacedDataset,
  { count = 8, columns = 8, size = 128, onProgress, signal }: ContactSheetOptions = {},
): Promise<ContactSheet> {
  check('count', count, 1, 10_000);
  check('columns', columns, 1, 1000);
  check('size', size, 16, 1024);
  const groups = (await groupsOf(dataset, count)).filter(({ tiles }) => tiles.length > 0);
  if (groups.length === 0)
    throw new DatasetError('empty', 'contact sheet: expected images to show, found none');
  const line = CAPTION * LETTER.height + 2 * GAP;
  const rows = groups.reduce((sum, { tiles }) => sum + Math.ceil(tiles.length / columns), 0);
  const width = columns * (size + GAP) + GAP;
  const height = groups.length * line + rows * (size + GAP) + GAP;
  if (width * height > MOST_PIXELS) {
    throw new DatasetError(
      'invalid-option',
      `contact sheet: expected at most ${MOST_PIXELS} pixels, received ${height}x${width}: show fewer images, or smaller`,
    );
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

function check(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new DatasetError(
    'invalid-option',
    `${name}: expected a whole number from ${least} to ${most}, received ${value}`,
  );
}
