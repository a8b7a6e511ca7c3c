import type { Colour } from '../colour';
import type { Picture } from './shrunk';

/** The frame along the sides of a picture in which the background is looked for, as a share of its shorter side. */
const FRAME = 0.03;
/** The share of the frame that must be of one colour. */
const PLAIN = 0.8;
/** A pixel is off the background when a channel differs by four deviations of it, and by so much, on [0, 1]. */
const DEVIATIONS = 4;
const OFF: readonly [least: number, most: number] = [0.05, 0.12];
const ROUNDS = 4;

/** A background of one colour, lit evenly or from one side. */
export interface Background {
  /** How far the colour of a pixel is from it: the largest difference of a channel, on [0, 1]. */
  distance(colour: Colour, row: number, column: number): number;
  /** From this distance on a pixel is something else. */
  readonly off: number;
}

/** What surrounds the object, by a plane fitted to the colours of the frame; undefined where it is not plain. */
export function backgroundOf({ size: [height, width], colours }: Picture): Background | undefined {
  const frame = Math.max(1, Math.round(FRAME * Math.min(height, width)));
  const middle = [(height - 1) / 2, (width - 1) / 2] as const;
  const placed = colours.map((colour, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    const inFrame = Math.min(row, column, height - 1 - row, width - 1 - column) < frame;
    return { colour, y: row - middle[0], x: column - middle[1], inFrame };
  });
  const samples = placed.filter(({ inFrame }) => inFrame);
  let kept = samples;
  let plane = planeThrough(kept);
  let deviation = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const offs = samples.map((sample) => farthest(sample.colour, plane(sample.y, sample.x)));
    // Of a normal distribution the median of the largest of three deviations is 1.3 of them.
    deviation = median(offs) / 1.3;
    const most = Math.max(2.5 * deviation, 1 / 255);
    kept = samples.filter((_, index) => (offs[index] ?? 0) <= most);
    plane = planeThrough(kept.length >= 8 ? kept : samples);
  }
  const off = Math.max(OFF[0], DEVIATIONS * deviation);
  if (off > OFF[1]) return undefined;
  const distance = (colour: Colour, row: number, column: number) =>
    farthest(colour, plane(row - middle[0], column - middle[1]));
  const plain = samples.filter(({ colour, y, x }) => farthest(colour, plane(y, x)) < off).length;
  return plain < PLAIN * samples.length ? undefined : { distance, off };
}

interface Sample {
  readonly colour: Colour;
  readonly y: number;
  readonly x: number;
}

/** Least squares of each channel over position. */
function planeThrough(samples: readonly Sample[]): (y: number, x: number) => Colour {
  const mean = (value: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length;
  const [my, mx] = [mean(({ y }) => y), mean(({ x }) => x)];
  const yy = mean(({ y }) => (y - my) ** 2);
  const xx = mean(({ x }) => (x - mx) ** 2);
  const xy = mean(({ y, x }) => (y - my) * (x - mx));
  const spread = yy * xx - xy * xy;
  const channels = ([0, 1, 2] as const).map((channel) => {
    const level = mean(({ colour }) => colour[channel]);
    const ys = mean(({ y, colour }) => (y - my) * colour[channel]);
    const xs = mean(({ x, colour }) => (x - mx) * colour[channel]);
    const flat = spread < 1e-9;
    const dy = flat ? 0 : (ys * xx - xs * xy) / spread;
    const dx = flat ? 0 : (xs * yy - ys * xy) / spread;
    return (y: number, x: number) => level + dy * (y - my) + dx * (x - mx);
  });
  const [red, green, blue] = channels;
  return (y, x) => [red?.(y, x) ?? 0, green?.(y, x) ?? 0, blue?.(y, x) ?? 0];
}

const farthest = (a: Colour, b: Colour): number =>
  Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
