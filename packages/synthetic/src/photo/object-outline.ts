import type { Size } from '@utad/core';
import type { Colour } from '../colour';
import type { Point } from '../geometry';
import type { Shape } from '../scene';

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
interface Outline {
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

/** A picture as colours in [0, 1], row by row. */
interface Picture {
  readonly size: Size;
  readonly colours: readonly Colour[];
}

/** RGB bytes as a picture whose shorter side has `side` pixels at most: means over blocks of whole pixels. */
function shrunk(rgb: Uint8Array, [height, width]: Size, side: number): Picture {
  const factor = Math.min(1, side / Math.min(height, width));
  const size: Size = [Math.max(1, Math.round(height * factor)), Math.max(1, Math.round(width * factor))];
  const colours: Colour[] = [];
  for (let row = 0; row < size[0]; row++) {
    const [top, bottom] = block(row, height, size[0]);
    for (let column = 0; column < size[1]; column++) {
      const [left, right] = block(column, width, size[1]);
      const sum: [number, number, number] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 3;
          sum[0] += rgb[at] ?? 0;
          sum[1] += rgb[at + 1] ?? 0;
          sum[2] += rgb[at + 2] ?? 0;
        }
      }
      const scale = 1 / (255 * (bottom - top) * (right - left));
      colours.push([sum[0] * scale, sum[1] * scale, sum[2] * scale]);
    }
  }
  return { size, colours };
}

const block = (index: number, from: number, to: number): readonly [first: number, end: number] => [
  Math.floor((index * from) / to),
  Math.max(Math.floor((index * from) / to) + 1, Math.floor(((index + 1) * from) / to)),
];

/** The frame along the sides of a picture in which the background is looked for, as a share of its shorter side. */
const FRAME = 0.03;
/** The share of the frame that must be of one colour. */
const PLAIN = 0.8;
/** A pixel is off the background when a channel differs by four deviations of it, and by so much, on [0, 1]. */
const DEVIATIONS = 4;
const OFF: readonly [least: number, most: number] = [0.05, 0.12];
const ROUNDS = 4;

/** A background of one colour, lit evenly or from one side. */
interface Background {
  /** How far the colour of a pixel is from it: the largest difference of a channel, on [0, 1]. */
  distance(colour: Colour, row: number, column: number): number;
  /** From this distance on a pixel is something else. */
  readonly off: number;
}

/** What surrounds the object, by a plane fitted to the colours of the frame; undefined where it is not plain. */
function backgroundOf({ size: [height, width], colours }: Picture): Background | undefined {
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

const BINS = 128;
/** The threshold is looked for up to so many times the value that divides object and background best. */
const REACH = 1.5;

/**
 * From which distance to the background on a pixel is the object's, and not its shadow's: where the contour of the
 * distances is the steepest, since a shadow fades and an object ends.
 *
 * @param distances On [0, 1], row by row.
 * @param least Nearer ones are background.
 */
function objectThreshold(distances: readonly number[], [height, width]: Size, least: number): number {
  const first = Math.ceil(least * BINS);
  const last = Math.max(first, Math.min(BINS - 1, Math.round(REACH * dividing(distances) * BINS)));
  // Two neighbours are on either side of every threshold between them: their step is added at the first, taken at the last.
  const steps = new Float64Array(BINS + 1);
  const pairs = new Float64Array(BINS + 1);
  const add = (one: number, other: number) => {
    const [low, high] = one < other ? [one, other] : [other, one];
    const [from, end] = [Math.floor(low * BINS) + 1, Math.floor(high * BINS) + 1];
    if (from >= end) return;
    steps[from] = (steps[from] ?? 0) + high - low;
    steps[end] = (steps[end] ?? 0) - high + low;
    pairs[from] = (pairs[from] ?? 0) + 1;
    pairs[end] = (pairs[end] ?? 0) - 1;
  };
  for (const [index, distance] of distances.entries()) {
    if (index % width < width - 1) add(distance, distances[index + 1] ?? distance);
    if (index < (height - 1) * width) add(distance, distances[index + width] ?? distance);
  }
  let [step, crossed, best, steepest] = [0, 0, first, 0];
  for (let bin = 0; bin <= last; bin++) {
    step += steps[bin] ?? 0;
    crossed += pairs[bin] ?? 0;
    if (bin < first || crossed === 0 || step / crossed <= steepest) continue;
    [best, steepest] = [bin, step / crossed];
  }
  return Math.max(least, best / BINS);
}

/** The value on [0, 1] that divides others into two classes of the least variance (Otsu, IEEE SMC 9, 1979). */
function dividing(values: readonly number[]): number {
  const counts = new Float64Array(BINS);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor(value * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const sum = counts.reduce((total, count, bin) => total + count * bin, 0);
  let [below, sumBelow, best, most] = [0, 0, 0, -1];
  for (const [bin, count] of counts.entries()) {
    below += count;
    sumBelow += count * bin;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2;
    if (between > most) [best, most] = [bin + 1, between];
  }
  return best / BINS;
}

/**
 * A map with those regions of one value turned into the other that are smaller than `least` pixels, 4-connected. Of
 * the value 0 only regions are turned that no side of the picture touches.
 */
function withoutSmall(map: Uint8Array, size: Size, value: 0 | 1, least: number): Uint8Array {
  const [height, width] = size;
  const cleaned = map.slice();
  const seen = new Uint8Array(map.length);
  for (let start = 0; start < map.length; start++) {
    if (seen[start] === 1 || map[start] !== value) continue;
    const region = [start];
    seen[start] = 1;
    let touches = false;
    for (let next = 0; next < region.length; next++) {
      const at = region[next] ?? start;
      const [row, column] = [Math.floor(at / width), at % width];
      touches ||= row === 0 || column === 0 || row === height - 1 || column === width - 1;
      const neighbours = [
        ...(row > 0 ? [at - width] : []),
        ...(row < height - 1 ? [at + width] : []),
        ...(column > 0 ? [at - 1] : []),
        ...(column < width - 1 ? [at + 1] : []),
      ];
      for (const neighbour of neighbours) {
        if (seen[neighbour] === 1 || map[neighbour] !== value) continue;
        seen[neighbour] = 1;
        region.push(neighbour);
      }
    }
    if (region.length >= least || (value === 0 && touches)) continue;
    for (const at of region) cleaned[at] = 1 - value;
  }
  return cleaned;
}

const FAR = 1e12;

/**
 * The distance of every pixel to the nearest one where `map` is `value`, between their middles: exact, by the lower
 * envelope of parabolas (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012).
 */
function distanceTo(map: Uint8Array, [height, width]: Size, value: 0 | 1): Float64Array {
  const squares = Float64Array.from(map, (there) => (there === value ? 0 : FAR));
  for (let column = 0; column < width; column++) alongLine(squares, column, width, height);
  for (let row = 0; row < height; row++) alongLine(squares, row * width, 1, width);
  return squares.map(Math.sqrt);
}

/** One line of `length` values, `step` apart, replaced by the least of value and squared distance to it. */
function alongLine(values: Float64Array, start: number, step: number, length: number): void {
  const line = Float64Array.from({ length }, (_, index) => values[start + index * step] ?? FAR);
  const heights = (at: number) => (line[at] ?? FAR) + at * at;
  // The parabolas of the envelope, and from where each is the lowest.
  const vertices = new Int32Array(length);
  const from = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  let last = 0;
  for (let at = 1; at < length; at++) {
    let crossing = 0;
    for (;;) {
      const vertex = vertices[last] ?? 0;
      crossing = (heights(at) - heights(vertex)) / (2 * (at - vertex));
      if (last === 0 || crossing > (from[last] ?? 0)) break;
      last -= 1;
    }
    if (last === 0 && crossing <= (from[0] ?? 0)) continue;
    last += 1;
    vertices[last] = at;
    from[last] = crossing;
  }
  let parabola = 0;
  for (let at = 0; at < length; at++) {
    while (parabola < last && (from[parabola + 1] ?? 0) < at) parabola += 1;
    const vertex = vertices[parabola] ?? 0;
    values[start + at * step] = (at - vertex) ** 2 + (line[vertex] ?? FAR);
  }
}
