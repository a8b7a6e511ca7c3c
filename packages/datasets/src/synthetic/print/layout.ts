import type { Point } from '../geometry';
import { type Bitmap, inkIn } from './bitmap';

/** A plate in its place on the product, in the product's own frame. */
export interface Block {
  readonly plate: Bitmap;
  readonly middle: Point;
  /** Half width and half height. */
  readonly half: Point;
}

/** A block whose bits are squares of side `bit`. */
export const textBlock = (plate: Bitmap, middle: Point, bit: number): Block => ({
  plate,
  middle,
  half: [(plate.columns * bit) / 2, (plate.rows * bit) / 2],
});

/** The share of ink in a pixel of side `pixel` about a point of the product's frame, 0 to 1. */
export function inkOf(blocks: readonly Block[], [u, v]: Point, pixel: number): number {
  let ink = 0;
  for (const { plate, middle, half } of blocks) {
    const [dx, dy] = [u - middle[0] + half[0], v - middle[1] + half[1]];
    if (dx < -pixel || dy < -pixel || dx > 2 * half[0] + pixel || dy > 2 * half[1] + pixel) continue;
    const perX = plate.columns / (2 * half[0]);
    const perY = plate.rows / (2 * half[1]);
    ink += inkIn(plate, dx * perX, dy * perY, (pixel / 2) * perX, (pixel / 2) * perY);
  }
  return Math.min(1, ink);
}
