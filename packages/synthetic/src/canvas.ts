import { randomStream, type Size } from '@utad/core';
import { brightness, type Colour, difference, mix } from './colour';
import { type Box, coverage, type Point } from './geometry';
import type { Blemish, Scene } from './scene';

/** Deviation of the sensor noise, on [0, 1]. */
const SENSOR_NOISE = 0.01;

/** A sampled point of the picture: what one pixel needs to be painted over later. */
interface Pixel {
  readonly at: Point;
  readonly clean: Colour;
  /** Share of the pixel that is product, 0 to 1. */
  readonly onSurface: number;
  /** The same for the clean and the defective image, so that they differ in the defect only. */
  readonly noise: Colour;
}

const toByte = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)));

/** Samples a scene at the middle of every pixel, row by row. */
export function sample(scene: Scene, [height, width]: Size, noiseKey: string): Pixel[] {
  const pixel = 1 / Math.min(height, width);
  const random = randomStream(noiseKey);
  const pixels: Pixel[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at: Point = [(column + 0.5 - width / 2) * pixel, (row + 0.5 - height / 2) * pixel];
      const noise: Colour = [
        SENSOR_NOISE * random.noise(),
        SENSOR_NOISE * random.noise(),
        SENSOR_NOISE * random.noise(),
      ];
      const onSurface = coverage(scene.surface(at), pixel);
      pixels.push({ at, clean: scene.paint(at, pixel), onSurface, noise });
    }
  }
  return pixels;
}

/** The bytes of one pixel, with its noise. */
const quantise = ([r, g, b]: Colour, noise: Colour): readonly [number, number, number] => [
  toByte(r + noise[0]),
  toByte(g + noise[1]),
  toByte(b + noise[2]),
];

/** The picture's bytes, RGB, row by row. */
export function develop(pixels: readonly Pixel[]): Uint8Array {
  const image = new Uint8Array(pixels.length * 3);
  pixels.forEach(({ clean, noise }, index) => {
    image.set(quantise(clean, noise), index * 3);
  });
  return image;
}

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
function seenOn({ grey }: Canvas, colour: Colour): Colour {
  if (!grey) return colour;
  const value = brightness(colour);
  return [value, value, value];
}

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
