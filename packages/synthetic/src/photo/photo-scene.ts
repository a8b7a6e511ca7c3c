import type { RandomStream, Size } from '@utad/core';
import type { Canvas } from '../canvas';
import type { Colour } from '../colour';
import { coverage, type Point } from '../geometry';
import type { Scene } from '../scene';
import { outlineOf } from './object-outline';

/** Defects are as sharp as a picture of so many pixels shows them, as a lens would: finer pixels soften them alike. */
const SHARPNESS = 320;
/** Lines are so wide, 1 being what suits 64 pixels, and no narrower than one and a half pixels of the photograph. */
const LINES: readonly [least: number, most: number] = [0.25, 0.55];
const NARROWEST = 1.5;
/** The width of a crack before it grows with its area: the narrowest of the lines. */
const LINE = 0.022;
/** Lint and dust, dirt, rust, and what comes off gloves and packaging. */
const FOREIGN: readonly Colour[] = [
  [0.86, 0.84, 0.8],
  [0.1, 0.1, 0.1],
  [0.45, 0.24, 0.11],
  [0.12, 0.28, 0.68],
];
const NO_NOISE: Colour = [0, 0, 0];

/** A photograph as the defects want it. */
export interface PhotoScene {
  readonly scene: Scene;
  /** What the object takes, as a share of the picture's central square. */
  readonly area: number;
  /** The photograph to paint on; pixels that would change by less than `leastChange` stay as they are. */
  canvas(leastChange: number): Canvas;
}

/**
 * A photograph of which anything may be asked that a drawn scene is asked: its colours between pixels, and where the
 * object is. What no photograph tells, the lamp and how fine lines are on this product, is drawn.
 *
 * @param rgb `H * W * 3` bytes.
 */
export function photoScene(rgb: Uint8Array, size: Size, grey: boolean, random: RandomStream): PhotoScene {
  const [height, width] = size;
  const side = Math.min(height, width);
  const { surface, area } = outlineOf(rgb, size);
  const between = bilinear(rgb, size);
  const angle = random.uniform(0, 2 * Math.PI);
  const lineWidth = Math.max(random.uniform(...LINES), NARROWEST / side / LINE);
  const scene: Scene = {
    lamp: [0.3 * Math.cos(angle), 0.3 * Math.sin(angle)],
    beyond: [width / side / 2 - 0.5, height / side / 2 - 0.5],
    lineWidth,
    foreign: FOREIGN,
    brightCracksBelow: [0.12, 0.25],
    surface,
    paint: (at, pixel) => (pixel * side < 2 ? between(at) : meanAround(between, at, pixel)),
  };
  const pixelAt = (index: number) => {
    const [row, column] = [Math.floor(index / width), index % width];
    const at: Point = [(column + 0.5 - width / 2) / side, (row + 0.5 - height / 2) / side];
    const onSurface = coverage(surface(at), 1 / side);
    return { at, clean: byteColour(rgb, index * 3), onSurface, noise: NO_NOISE };
  };
  const softness = Math.max(1 / side, 1 / SHARPNESS);
  return {
    scene,
    area,
    canvas: (leastChange) => ({ size, clean: rgb, pixelAt, softness, leastChange, grey }),
  };
}

const byteColour = (rgb: Uint8Array, at: number): Colour => [
  (rgb[at] ?? 0) / 255,
  (rgb[at + 1] ?? 0) / 255,
  (rgb[at + 2] ?? 0) / 255,
];

/** The colour at a point, by the four pixels round it; beyond the picture as at its side. */
function bilinear(rgb: Uint8Array, [height, width]: Size): (at: Point) => Colour {
  const side = Math.min(height, width);
  return ([x, y]) => {
    const row = Math.min(height - 1, Math.max(0, y * side + height / 2 - 0.5));
    const column = Math.min(width - 1, Math.max(0, x * side + width / 2 - 0.5));
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [bottom, right] = [Math.min(height - 1, top + 1), Math.min(width - 1, left + 1)];
    const [down, across] = [row - top, column - left];
    const corners = [
      [top * width + left, (1 - down) * (1 - across)],
      [top * width + right, (1 - down) * across],
      [bottom * width + left, down * (1 - across)],
      [bottom * width + right, down * across],
    ] as const;
    const sum: [number, number, number] = [0, 0, 0];
    for (const [index, share] of corners) {
      const [red, green, blue] = byteColour(rgb, index * 3);
      sum[0] += share * red;
      sum[1] += share * green;
      sum[2] += share * blue;
    }
    return sum;
  };
}

/** The mean of five by five points of a square. */
function meanAround(between: (at: Point) => Colour, [x, y]: Point, width: number): Colour {
  const steps = [-0.4, -0.2, 0, 0.2, 0.4];
  const sum: [number, number, number] = [0, 0, 0];
  for (const dy of steps) {
    for (const dx of steps) {
      const [red, green, blue] = between([x + dx * width, y + dy * width]);
      sum[0] += red / 25;
      sum[1] += green / 25;
      sum[2] += blue / 25;
    }
  }
  return sum;
}
