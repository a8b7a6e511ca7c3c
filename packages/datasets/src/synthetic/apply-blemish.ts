import { difference, mix } from './colour';
import type { Blemish } from './defects/blemish';
import { type Pixel, quantise } from './sampling';

/** Less of a defect than this is not drawn: a fringe that nobody can see should not count as ground truth. */
const LEAST_OPACITY = 0.2;

/** A defect as it came out. */
export interface Damage {
  /** Defective bytes, laid out as the image. */
  readonly image: Uint8Array;
  /** 1 exactly where `image` differs from the clean one. */
  readonly mask: Uint8Array;
  /** Share of the central square that differs. */
  readonly area: number;
  /** Mean absolute difference there, on [0, 1]. */
  readonly contrast: number;
}

/** Paints a defect over a picture; `side` is the number of pixels of the picture's shorter side. */
export function applyBlemish(
  pixels: readonly Pixel[],
  clean: Uint8Array,
  blemish: Blemish,
  strength: number,
  side: number,
): Damage {
  const { extent = 'product', visible = 0 } = blemish;
  const image = clean.slice();
  const mask = new Uint8Array(pixels.length);
  let count = 0;
  let change = 0;
  pixels.forEach((pixel, index) => {
    if (extent !== 'moves' && pixel.onSurface === 0) return;
    const share = extent === 'product' ? pixel.onSurface : 1;
    const opacity = strength * share * blemish.opacity(pixel.at, 1 / side);
    if (opacity < LEAST_OPACITY * strength) return;
    const before = quantise(pixel.clean, pixel.noise);
    const there = blemish.colour(pixel.clean, pixel.at, 1 / side);
    const after = quantise(mix(pixel.clean, there, opacity), pixel.noise);
    const changed = difference(before, after);
    if (changed === 0 || changed < 255 * visible * strength) return;
    image.set(after, index * 3);
    mask[index] = 1;
    count += 1;
    change += changed / 255;
  });
  return { image, mask, area: count / side ** 2, contrast: count === 0 ? 0 : change / count };
}
