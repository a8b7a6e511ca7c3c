import type { Size } from '@utad/core';
import type { Point } from '../geometry';
import type { Shape } from '../scene';
import { backgroundOf } from './background';
import { distanceTo } from './distance-to';
import { objectThreshold } from './object-threshold';
import { withoutSmall } from './regions';
import { shrunk } from './shrunk';

/** The shorter side of the picture in which the object is looked for. */
const SIDE = 256;
/** Regions that are smaller, as shares of the picture, are dirt beside the object, or glare on it. */
const LEAST_OBJECT = 0.002;
const LEAST_OPENING = 0.01;
/** Between these shares of the picture lies an object; less is no object, and more leaves no background. */
const OBJECT: readonly [least: number, most: number] = [0.01, 0.95];
/** An object differs from the background by so many times what counts as off it; soft shading does not. */
const CLEAR = 1.5;

/** Where the object of a photograph is. */
export interface Outline {
  /** Distance to its border, negative on it; everywhere negative where the object fills the picture. */
  readonly surface: Shape;
  /** What it takes, as a share of the picture's central square. */
  readonly area: number;
}

/** An object before a plain background, or else the whole picture. */
export function outlineOf(rgb: Uint8Array, full: Size): Outline {
  const whole: Outline = { surface: () => -1, area: (full[0] * full[1]) / Math.min(...full) ** 2 };
  const picture = shrunk(rgb, full, SIDE);
  const background = backgroundOf(picture);
  if (background === undefined) return whole;
  const { size, colours } = picture;
  const [, width] = size;
  const offs = colours.map((colour, index) =>
    background.distance(colour, Math.floor(index / width), index % width),
  );
  const threshold = objectThreshold(offs, size, background.off);
  const found = Uint8Array.from(offs, (off) => (off >= threshold ? 1 : 0));
  const solid = withoutSmall(found, size, 1, LEAST_OBJECT * found.length);
  const object = withoutSmall(solid, size, 0, LEAST_OPENING * found.length);
  const pixels = object.reduce((sum, value) => sum + value, 0);
  const share = pixels / object.length;
  if (share < OBJECT[0] || share > OBJECT[1]) return whole;
  const onObject = offs.filter((_, index) => object[index] === 1).sort((a, b) => a - b);
  if ((onObject[Math.floor(onObject.length / 2)] ?? 0) < CLEAR * background.off) return whole;
  return { surface: signedDistance(object, size), area: pixels / Math.min(...size) ** 2 };
}

/** Between pixels by bilinear interpolation; beyond the picture as at its side. */
function signedDistance(object: Uint8Array, size: Size): Shape {
  const [height, width] = size;
  const side = Math.min(...size);
  const [toObject, toGround] = [distanceTo(object, size, 1), distanceTo(object, size, 0)];
  // A border lies half a pixel from the middles of the pixels on either side.
  const signed = toObject.map((outside, index) =>
    outside > 0 ? (outside - 0.5) / side : (0.5 - (toGround[index] ?? 0)) / side,
  );
  const at = (row: number, column: number) => signed[row * width + column] ?? 1;
  return ([x, y]: Point) => {
    const row = Math.min(height - 1, Math.max(0, y * side + height / 2 - 0.5));
    const column = Math.min(width - 1, Math.max(0, x * side + width / 2 - 0.5));
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [bottom, right] = [Math.min(height - 1, top + 1), Math.min(width - 1, left + 1)];
    const [down, across] = [row - top, column - left];
    const upper = at(top, left) * (1 - across) + at(top, right) * across;
    const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
    return upper * (1 - down) + lower * down;
  };
}
