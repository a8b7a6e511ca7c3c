import { type Canvas, seenOn } from './canvas';
import { difference, mix } from './colour';
import type { Blemish } from './defects/blemish';
import type { Box } from './geometry';
import { quantise } from './sampling';

/** Less of a defect than this is not drawn: a fringe that nobody can see should not count as ground truth. */
const LEAST_OPACITY = 0.2;

/** A defect as it came out. */
export interface Damage {
  /** Defective bytes, laid out as the clean ones of the canvas. */
  readonly image: Uint8Array;
  /** 1 exactly where `image` differs from the clean one. */
  readonly mask: Uint8Array;
  /** Share of the central square that differs. */
  readonly area: number;
  /** Mean absolute difference there, on [0, 1]. */
  readonly contrast: number;
}

/** Paints a defect over a picture. */
export function applyBlemish(canvas: Canvas, blemish: Blemish, strength: number): Damage {
  const { size, clean, softness, leastChange } = canvas;
  const { extent = 'product', visible = 0 } = blemish;
  const side = Math.min(...size);
  const image = clean.slice();
  const mask = new Uint8Array(size[0] * size[1]);
  const least = 255 * Math.max(visible * strength, leastChange);
  let count = 0;
  let change = 0;
  for (const index of pixelsWithin(canvas, blemish.within)) {
    const pixel = canvas.pixelAt(index);
    if (extent !== 'moves' && pixel.onSurface === 0) continue;
    const share = extent === 'product' ? pixel.onSurface : 1;
    const opacity = strength * share * blemish.opacity(pixel.at, softness);
    if (opacity < LEAST_OPACITY * strength) continue;
    const before = quantise(pixel.clean, pixel.noise);
    const there = seenOn(canvas, blemish.colour(pixel.clean, pixel.at, 1 / side));
    const after = quantise(mix(pixel.clean, there, opacity), pixel.noise);
    const changed = difference(before, after);
    if (changed === 0 || changed < least) continue;
    image.set(after, index * 3);
    mask[index] = 1;
    count += 1;
    change += changed / 255;
  }
  return { image, mask, area: count / side ** 2, contrast: count === 0 ? 0 : change / count };
}

/** The places of the pixels in a box with its softened edge, row by row; of all pixels where there is no box. */
function* pixelsWithin({ size: [height, width], softness }: Canvas, box: Box | undefined): Generator<number> {
  const side = Math.min(height, width);
  const ends = (from: number, to: number, length: number): readonly [first: number, end: number] => [
    Math.max(0, Math.floor((from - softness) * side + length / 2)),
    Math.min(length, Math.ceil((to + softness) * side + length / 2)),
  ];
  const [left, right] = box === undefined ? [0, width] : ends(box.from[0], box.to[0], width);
  const [top, bottom] = box === undefined ? [0, height] : ends(box.from[1], box.to[1], height);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) yield row * width + column;
  }
}
