import type { Size } from '@utad/core';
import type { GalleryRow, ImageScore } from '@utad/report';

/** Uniform numbers in [0, 1), the same in every run. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Random values on a grid of `cells` a side, drawn smoothly over `side` pixels. */
function octave(side: number, cells: number, next: () => number): Float32Array {
  const grid = Float32Array.from({ length: (cells + 1) ** 2 }, () => next() - 0.5);
  const field = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const row = (y * cells) / side;
    const [top, down] = [Math.floor(row), row % 1];
    for (let x = 0; x < side; x++) {
      const column = (x * cells) / side;
      const [left, across] = [Math.floor(column), column % 1];
      const at = (i: number, j: number) => grid[i * (cells + 1) + j] ?? 0;
      const upper = at(top, left) * (1 - across) + at(top, left + 1) * across;
      const lower = at(top + 1, left) * (1 - across) + at(top + 1, left + 1) * across;
      field[y * side + x] = upper * (1 - down) + lower * down;
    }
  }
  return field;
}

/**
 * Detail at every scale, weaker the finer it is, as in photographs of textured surfaces; the first of the two is without
 * the finest detail, as an impression of it.
 */
function surface(side: number, next: () => number): { coarse: Float32Array; whole: Float32Array } {
  const coarse = new Float32Array(side * side);
  for (let cells = 2; cells <= 32; cells *= 2) {
    const field = octave(side, cells, next);
    for (let i = 0; i < coarse.length; i++) coarse[i] = (coarse[i] ?? 0) + (field[i] ?? 0) * cells ** -0.6;
  }
  const whole = coarse.slice();
  for (let cells = 64; cells <= side / 2; cells *= 2) {
    const field = octave(side, cells, next);
    for (let i = 0; i < whole.length; i++) whole[i] = (whole[i] ?? 0) + (field[i] ?? 0) * cells ** -0.25;
  }
  return { coarse, whole };
}

/** Photographs of textured surfaces with what a detector would make of them, as many as are asked for. */
export class Photos {
  readonly size: Size;
  readonly #next: () => number;
  readonly #surfaces: readonly ReturnType<typeof surface>[];

  constructor(side: number, seed = 1) {
    this.size = [side, side];
    this.#next = uniform(seed);
    this.#surfaces = Array.from({ length: 6 }, () => surface(2 * side, this.#next));
  }

  row(image: ImageScore): GalleryRow {
    const next = this.#next;
    const [side] = this.size;
    const pick = () => this.#surfaces[Math.floor(next() * this.#surfaces.length)];
    const [light, tint] = [pick(), pick()];
    if (!light || !tint) throw new Error('there are surfaces');
    const [top, left] = [Math.floor(next() * side), Math.floor(next() * side)];
    const [cy, cx, radius] = [side * (0.2 + 0.6 * next()), side * (0.2 + 0.6 * next()), side * 0.06];
    const pictures = Array.from({ length: 4 }, () => new Uint8Array(side * side * 3));
    const maps = Array.from({ length: 8 }, () => new Float32Array(side * side));
    const mask = new Uint8Array(side * side);
    for (let i = 0; i < mask.length; i++) {
      const [y, x] = [Math.floor(i / side), i % side];
      const place = (top + y) * 2 * side + left + x;
      const coarse = light.coarse[place] ?? 0;
      const fine = (light.whole[place] ?? 0) - coarse;
      const depth = Math.max(0, 1 - Math.hypot(y - cy, x - cx) / radius) * image.label;
      mask[i] = depth > 0 ? 1 : 0;
      const noise = (next() - 0.5) * 0.06;
      const values = [coarse + fine + noise - depth * 0.4, coarse, coarse - depth * 0.2, coarse + fine * 0.8];
      for (const [picture, value] of values.entries()) {
        for (let channel = 0; channel < 3; channel++) {
          const colour = 0.5 + value * 0.45 + (tint.coarse[place] ?? 0) * (channel - 1) * 0.15;
          const pixels = pictures[picture];
          if (pixels) pixels[i * 3 + channel] = Math.round(Math.min(Math.max(colour, 0), 1) * 255);
        }
      }
      const unusual = 0.12 + 0.5 * Math.abs(fine) + depth + Math.abs(tint.coarse[place] ?? 0) * 0.2;
      for (const [map, values] of maps.entries()) {
        values[i] = map === 0 ? unusual : unusual * (0.2 + 0.1 * map) * (0.8 + 0.4 * Math.abs(coarse));
      }
    }
    const [x, m, naive, restored] = pictures;
    if (!(x && m && naive && restored)) throw new Error('there are four pictures');
    const values = (index: number) => maps[index] ?? new Float32Array();
    return {
      ...image,
      size: this.size,
      images: [
        { name: 'input', symbol: 'x', pixels: x },
        { name: 'impression', symbol: 'm', pixels: m },
        { name: 'naive impression', symbol: 'm̂', pixels: naive },
        { name: 'reconstruction', symbol: 'x̂', pixels: restored },
      ],
      maps: [
        { name: 'anomaly map', group: 'total', values: values(0) },
        { name: '|x − m|', group: 'repair', values: values(1) },
        { name: 'conv1_2', group: 'layer', values: values(2) },
        { name: 'conv2_2', group: 'layer', values: values(3) },
        { name: 'conv3_4', group: 'layer', values: values(4) },
        { name: 'φ(x, x̂)', group: 'pair', values: values(5) },
        { name: 'φ(m, m̂)', group: 'pair', values: values(6) },
        { name: 'φ(x, m)', group: 'pair', values: values(7) },
      ],
      mask,
    };
  }
}
