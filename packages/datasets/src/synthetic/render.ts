import type { Size } from '@utad/training';
import type { Colour } from './colour';
import { difference, mix } from './colour';
import type { Blemish } from './defects/blemish';
import { coverage, type Point } from './geometry';
import { defectKinds, type SyntheticDefect } from './kinds';
import { type Random, randomStream } from './random';
import type { Scene } from './scene';

/** Deviation of the sensor noise, on [0, 1]. */
const SENSOR_NOISE = 0.01;
/** Less of a defect than this is not drawn: a fringe that nobody can see should not count as ground truth. */
const LEAST_OPACITY = 0.2;
/** Mean absolute difference inside the mask that a defect of full opacity has to reach. */
const LEAST_CONTRAST = 0.25;
const ATTEMPTS = 24;

/** A sampled picture: what one pixel needs to be painted over later. */
interface Pixel {
  readonly at: Point;
  readonly clean: Colour;
  /** Share of the pixel that is product, 0 to 1. */
  readonly onSurface: number;
  /** The same for the clean and the defective image, so that they differ in the defect only. */
  readonly noise: Colour;
}

interface Damage {
  /** Defective bytes, laid out as the image. */
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  /** Share of the central square that differs. */
  readonly area: number;
  /** Mean absolute difference there, on [0, 1]. */
  readonly contrast: number;
}

const toByte = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)));

function sample(scene: Scene, [height, width]: Size, noiseKey: string): Pixel[] {
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

const quantise = ([r, g, b]: Colour, noise: Colour): readonly [number, number, number] => [
  toByte(r + noise[0]),
  toByte(g + noise[1]),
  toByte(b + noise[2]),
];

function develop(pixels: readonly Pixel[]): Uint8Array {
  const image = new Uint8Array(pixels.length * 3);
  pixels.forEach(({ clean, noise }, index) => {
    image.set(quantise(clean, noise), index * 3);
  });
  return image;
}

function apply(
  pixels: readonly Pixel[],
  clean: Uint8Array,
  blemish: Blemish,
  strength: number,
  side: number,
): Damage {
  const image = clean.slice();
  const mask = new Uint8Array(pixels.length);
  let count = 0;
  let change = 0;
  pixels.forEach((pixel, index) => {
    if (pixel.onSurface === 0) return;
    const opacity = strength * (blemish.removes ? 1 : pixel.onSurface) * blemish.opacity(pixel.at, 1 / side);
    if (opacity < LEAST_OPACITY * strength) return;
    const before = quantise(pixel.clean, pixel.noise);
    const after = quantise(mix(pixel.clean, blemish.colour(pixel.clean, pixel.at), opacity), pixel.noise);
    const changed = difference(before, after);
    if (changed === 0) return;
    image.set(after, index * 3);
    mask[index] = 1;
    count += 1;
    change += changed / 255;
  });
  return { image, mask, area: count / side ** 2, contrast: count === 0 ? 0 : change / count };
}

/** 0 when a value lies in the range, else how far outside, relative to it. */
const miss = (value: number, least: number, most: number): number =>
  value < least ? 1 - value / least : Math.max(0, value / most - 1);

/** Draws the defect again until its area and contrast are what was asked, or takes the draw that came closest. */
function damage(
  scene: Scene,
  pixels: readonly Pixel[],
  clean: Uint8Array,
  kind: SyntheticDefect,
  severity: number,
  side: number,
  random: Random,
): Damage {
  const { make, area } = defectKinds[kind];
  const growth = 4 ** (severity - 0.5);
  const [least, most] = [area[0] * growth, area[1] * growth];
  const strength = Math.min(1, 0.4 + 1.2 * severity);
  let best: Damage | undefined;
  let bestMiss = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && bestMiss > 0; attempt++) {
    const drawn = apply(pixels, clean, make(scene, random, random.uniform(least, most)), strength, side);
    const off =
      miss(drawn.area, 0.9 * least, 1.1 * most) + miss(drawn.contrast, strength * LEAST_CONTRAST, 1);
    if (off < bestMiss) [best, bestMiss] = [drawn, off];
  }
  if (best === undefined) throw new Error('render: expected at least one attempt at a defect');
  return best;
}

export interface Rendered {
  readonly image: Uint8Array;
  /** 1 exactly where `image` differs from `cleanTwin`. */
  readonly mask: Uint8Array;
  /** The same picture without the defect, noise included; absent of a good image. */
  readonly cleanTwin?: Uint8Array;
}

/** Samples a scene, with one defect on it unless `defect` is absent. All randomness comes from `key`. */
export function render(
  scene: Scene,
  size: Size,
  key: string,
  defect?: { readonly kind: SyntheticDefect; readonly severity: number },
): Rendered {
  const pixels = sample(scene, size, `${key}/noise`);
  const clean = develop(pixels);
  if (defect === undefined) return { image: clean, mask: new Uint8Array(pixels.length) };
  const side = Math.min(...size);
  const random = randomStream(`${key}/defect`);
  const { image, mask } = damage(scene, pixels, clean, defect.kind, defect.severity, side, random);
  return { image, mask, cleanTwin: clean };
}
