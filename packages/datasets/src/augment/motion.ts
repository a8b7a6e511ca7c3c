import type { Size } from '@utad/core';

/** How an image is turned and shifted. */
export interface Motion {
  /** Radians, clockwise, around the centre. */
  readonly angle: number;
  /** Downwards and to the right, in heights and widths of the image. */
  readonly down: number;
  readonly right: number;
}

/** Values on a grid, row by row, channels last. */
interface Grid {
  readonly values: Uint8Array;
  readonly size: Size;
  readonly channels: number;
}

/**
 * Turns and shifts an image: bilinear, what comes in from outside repeating the border.
 *
 * @returns New values of the same size.
 */
export function moved({ values, size, channels }: Grid, motion: Motion): Uint8Array {
  const [height, width] = size;
  const { alongColumn, alongRow, origin } = sourceOf(size, size, motion);
  const result = new Uint8Array(values.length);
  let next = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = clamp(origin.y + row * alongRow.y + column * alongColumn.y, height - 1);
      const x = clamp(origin.x + row * alongRow.x + column * alongColumn.x, width - 1);
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [down, right] = [y - top, x - left];
      const upper = (top * width + left) * channels;
      const lower = top + 1 < height ? upper + width * channels : upper;
      const step = left + 1 < width ? channels : 0;
      for (let channel = 0; channel < channels; channel++) {
        const above = mix(values[upper + channel] ?? 0, values[upper + step + channel] ?? 0, right);
        const below = mix(values[lower + channel] ?? 0, values[lower + step + channel] ?? 0, right);
        result[next++] = Math.round(mix(above, below, down));
      }
    }
  }
  return result;
}

/**
 * Turns and shifts a mask as {@link moved} does its image; each pixel takes the value nearest to where it comes from.
 *
 * @param frame Size of the image, where the mask is finer or coarser.
 */
export function movedMask(values: Uint8Array, size: Size, frame: Size, motion: Motion): Uint8Array {
  const [height, width] = size;
  const { alongColumn, alongRow, origin } = sourceOf(size, frame, motion);
  const result = new Uint8Array(values.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = clamp(origin.y + row * alongRow.y + column * alongColumn.y, height - 1);
      const x = clamp(origin.x + row * alongRow.x + column * alongColumn.x, width - 1);
      result[row * width + column] = values[Math.round(y) * width + Math.round(x)] ?? 0;
    }
  }
  return result;
}

interface Place {
  readonly y: number;
  readonly x: number;
}

/**
 * Where on the grid a pixel's value comes from: of the first pixel, and how that changes from column to column and from
 * row to row. Angles are those of the frame, whatever shape the grid's pixels have in it.
 */
function sourceOf(
  grid: Size,
  frame: Size,
  { angle, down, right }: Motion,
): { origin: Place; alongColumn: Place; alongRow: Place } {
  const [scaleY, scaleX] = [frame[0] / grid[0], frame[1] / grid[1]];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const at = (row: number, column: number): Place => {
    const y = (row + 0.5) * scaleY - frame[0] * (0.5 + down);
    const x = (column + 0.5) * scaleX - frame[1] * (0.5 + right);
    return {
      y: (cosine * y - sine * x + frame[0] / 2) / scaleY - 0.5,
      x: (cosine * x + sine * y + frame[1] / 2) / scaleX - 0.5,
    };
  };
  const origin = at(0, 0);
  const minus = (place: Place): Place => ({ y: place.y - origin.y, x: place.x - origin.x });
  return { origin, alongColumn: minus(at(0, 1)), alongRow: minus(at(1, 0)) };
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

/** Which sides change places. */
export interface Flips {
  /** Left and right. */
  readonly horizontal: boolean;
  /** Top and bottom. */
  readonly vertical: boolean;
}

/** Mirrors values; new ones of the same size. */
export function flipped({ values, size, channels }: Grid, { horizontal, vertical }: Flips): Uint8Array {
  const [height, width] = size;
  const result = new Uint8Array(values.length);
  let next = 0;
  for (let row = 0; row < height; row++) {
    const start = (vertical ? height - 1 - row : row) * width;
    for (let column = 0; column < width; column++) {
      const from = (start + (horizontal ? width - 1 - column : column)) * channels;
      for (let channel = 0; channel < channels; channel++) result[next++] = values[from + channel] ?? 0;
    }
  }
  return result;
}
