import type { Size } from '@utad/core';
import type { Colour } from './colour';
import { coverage, type Point } from './geometry';
import { randomStream } from './random';
import type { Scene } from './scene';

/** Deviation of the sensor noise, on [0, 1]. */
const SENSOR_NOISE = 0.01;

/** A sampled point of the picture: what one pixel needs to be painted over later. */
export interface Pixel {
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
export const quantise = ([r, g, b]: Colour, noise: Colour): readonly [number, number, number] => [
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
