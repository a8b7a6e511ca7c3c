import type { Size } from '@utad/core';
import { brightness, type Colour } from './colour';
import type { Pixel } from './sampling';

/** A clean picture that defects are painted on. */
export interface Canvas {
  readonly size: Size;
  /** Its bytes, RGB, row by row. */
  readonly clean: Uint8Array;
  /** What one pixel needs to be painted over, by its place in row-major order. */
  pixelAt(index: number): Pixel;
  /** The width over which edges of defects are softened, the shorter side being 1. */
  readonly softness: number;
  /** Pixels that would change by less than this, on [0, 1], are left as they are. */
  readonly leastChange: number;
  /** A picture without colour: nothing on it has any. */
  readonly grey: boolean;
}

/** What a colour looks like on a canvas. */
export function seenOn({ grey }: Canvas, colour: Colour): Colour {
  if (!grey) return colour;
  const value = brightness(colour);
  return [value, value, value];
}
