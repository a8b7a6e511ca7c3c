import type { Grid } from './motion';

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
