import type { Size } from './dataset';

/**
 * Resizes by nearest neighbour with half-pixel centres: each pixel takes the value whose centre is nearest to its own. For
 * ground-truth masks.
 *
 * @param values `from[0] * from[1]`, row by row.
 */
export function resizeNearest(values: Uint8Array, from: Size, to: Size): Uint8Array {
  const taken = new Uint8Array(to[0] * to[1]);
  for (let row = 0; row < to[0]; row++) {
    const start = Math.floor(((row + 0.5) * from[0]) / to[0]) * from[1];
    for (let column = 0; column < to[1]; column++) {
      taken[row * to[1] + column] = values[start + Math.floor(((column + 0.5) * from[1]) / to[1])] ?? 0;
    }
  }
  return taken;
}

/** Repeats each grey value over three channels: `H * W` bytes become `H * W * 3`. */
export function repeatGrey(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (let index = 0, next = 0; index < grey.length; index++) {
    const value = grey[index] ?? 0;
    pixels[next++] = value;
    pixels[next++] = value;
    pixels[next++] = value;
  }
  return pixels;
}

/** How the bytes of one image are laid out: row by row, channels last. */
export interface PixelLayout {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** 3 for RGB, 1 for grey. */
  readonly channels: 1 | 3;
}

/**
 * Resizes an image to the same bytes everywhere: bilinear with half-pixel centres, the kernel widened when shrinking so that
 * no pixel is lost; the aspect ratio is not kept.
 *
 * A side that shrinks is computed in the whole numbers of libvips (`vips_resize` with its linear kernel), whose bytes it
 * gives: from a quarter down means of whole blocks first, then the kernel at 64 places between two pixels with weights of
 * 1/4096; rows before columns, rounded to bytes after each step. A side that grows is interpolated after that, the border
 * repeated.
 *
 * @param pixels `height * width * channels` bytes.
 * @returns As many channels, in the size asked; the bytes that came, where that is their size already.
 * @throws RangeError when there are more or fewer bytes than the layout says, or a side is none.
 * @example resizeImage(Uint8Array.of(0, 100), { height: 1, width: 2, channels: 1 }, [1, 4]) // 0, 25, 75, 100
 */
export function resizeImage(pixels: Uint8Array, layout: PixelLayout, to: Size): Uint8Array {
  const { height, width, channels } = layout;
  if ([height, width, ...to].some((side) => !Number.isSafeInteger(side) || side < 1)) {
    const message = `resizeImage: expected sides in whole pixels from 1, received ${height}x${width} to ${to.join('x')}`;
    throw new RangeError(message);
  }
  if (pixels.length !== height * width * channels) {
    const message = `resizeImage: expected ${height * width * channels} bytes for ${height}x${width}x${channels}, received ${pixels.length}`;
    throw new RangeError(message);
  }
  const rows = Math.min(height, to[0]);
  const columns = Math.min(width, to[1]);
  let resized = pixels;
  if (rows < height) resized = shrinkRows(resized, [height, width * channels], rows);
  if (columns < width) resized = shrinkColumns(resized, [rows, width], columns, channels);
  return rows < to[0] || columns < to[1] ? enlarge(resized, [rows, columns], to, channels) : resized;
}

/** A position between two pixels is rounded to one of so many. */
const PHASES = 64;
/** Weights are whole multiples of 1/4096. */
const [WEIGHT_BITS, ONE] = [12, 2 ** 12];
/**
 * libvips computes a file's rows ten at a time, and each time starts the sum of steps anew that gives their positions. Where
 * a position lies exactly between two phases, the rounding errors of that sum decide.
 */
const ROWS_AT_ONCE = 10;

/** How one axis shrinks: to means of blocks, then each pixel to a weighted mean of neighbouring ones. */
interface Reduction {
  /** Pixels to a block: 1 where there is no first step. */
  readonly block: number;
  /** How many blocks, the last one perhaps beyond the border. */
  readonly blocks: number;
  /** The first block of each weighted mean; some lie outside, where the border is repeated. */
  readonly starts: Int32Array;
  /** Where the weights of each mean begin in `weights`, and at last their number. */
  readonly offsets: Int32Array;
  readonly weights: Int16Array;
}

/** @param atOnce How many positions are summed up before the sum starts anew. */
function reductionOf(from: number, to: number, atOnce: number): Reduction {
  const shrink = 1 / (1 / (from / to));
  // At least a factor of two is left to the kernel.
  const block = Math.max(1, Math.floor(from / to / 2));
  const blocks = Math.ceil(from / block);
  const step = shrink / block;
  const taps = 2 * roundHalfToEven(step) + 1;
  const before = Math.ceil(taps / 2) - 1;
  const origin = 0.5 + (1 + (to * shrink - from) / block) / 2 - 1;
  const starts = new Int32Array(to);
  const offsets = new Int32Array(to + 1);
  const weights = new Int16Array(to * taps);
  let position = 0;
  let next = 0;
  for (let index = 0; index < to; index++) {
    position = index % atOnce === 0 ? (index + 0.5) * step - origin : position + step;
    const phase = ((Math.trunc(position * PHASES * 2) % (PHASES * 2)) + 1) >> 1;
    const kernel = triangle(taps, step, phase / PHASES);
    const first = kernel.findIndex((weight) => weight > 0);
    starts[index] = Math.trunc(position) - before + first;
    for (let tap = first; tap < taps && (kernel[tap] ?? 0) > 0; tap++) weights[next++] = kernel[tap] ?? 0;
    offsets[index + 1] = next;
  }
  return { block, blocks, starts, offsets, weights };
}

/** Weights of a triangle whose sides are `step` wide; cut to whole numbers, so that their sum may fall short of one. */
function triangle(taps: number, step: number, phase: number): Int16Array {
  const centre = phase + taps / 2 - 1;
  const shares = Float64Array.from({ length: taps }, (_, tap) =>
    Math.max(0, 1 - Math.abs((tap - centre) / step)),
  );
  const sum = shares.reduce((total, share) => total + share, 0);
  return Int16Array.from(shares, (share) => (share / sum) * ONE);
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** @param from Rows, and the bytes of each. */
function shrinkRows(pixels: Uint8Array, [height, row]: Size, to: number): Uint8Array {
  const { block, blocks, starts, offsets, weights } = reductionOf(height, to, ROWS_AT_ONCE);
  const sums = new Int32Array(row);
  let means = pixels;
  if (block > 1) {
    means = new Uint8Array(blocks * row);
    for (let y = 0; y < blocks; y++) {
      sums.fill(block >> 1);
      for (let i = 0; i < block; i++) addRow(sums, pixels, Math.min(height - 1, y * block + i) * row, 1);
      for (let at = 0; at < row; at++) means[y * row + at] = meanOf(sums[at] ?? 0, block);
    }
  }
  const shrunk = new Uint8Array(to * row);
  for (let y = 0; y < to; y++) {
    const end = offsets[y + 1] ?? 0;
    sums.fill(ONE / 2);
    for (let tap = offsets[y] ?? 0, source = starts[y] ?? 0; tap < end; tap++, source++) {
      addRow(sums, means, Math.min(blocks - 1, Math.max(0, source)) * row, weights[tap] ?? 0);
    }
    const start = y * row;
    for (let at = 0; at < row; at++) shrunk[start + at] = (sums[at] ?? 0) >> WEIGHT_BITS;
  }
  return shrunk;
}

function addRow(sums: Int32Array, pixels: Uint8Array, start: number, weight: number): void {
  for (let at = 0; at < sums.length; at++) {
    sums[at] = (sums[at] ?? 0) + Math.imul(weight, pixels[start + at] ?? 0);
  }
}

/** The mean of a block, of a sum that half a block was added to: libvips multiplies by a share cut to 24 bits. */
function meanOf(sum: number, block: number): number {
  return Math.imul(sum, Math.floor(2 ** 24 / block)) >>> 24;
}

function shrinkColumns(pixels: Uint8Array, [height, width]: Size, to: number, channels: number): Uint8Array {
  const { block, blocks, starts, offsets, weights } = reductionOf(width, to, to);
  // One row of means, with the border repeated on both sides as far as the kernel reaches.
  const before = Math.max(0, -(starts[0] ?? 0));
  const reach = (starts[to - 1] ?? 0) + (offsets[to] ?? 0) - (offsets[to - 1] ?? 0);
  const padded = new Uint8Array((before + Math.max(blocks, reach)) * channels);
  const [first, end] = [before * channels, (before + blocks) * channels];
  const shrunk = new Uint8Array(height * to * channels);
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width * channels, (y + 1) * width * channels);
    if (block === 1) padded.set(row, first);
    else writeMeans(padded, first, row, block, channels);
    for (let at = first - 1; at >= 0; at--) padded[at] = padded[at + channels] ?? 0;
    for (let at = end; at < padded.length; at++) padded[at] = padded[at - channels] ?? 0;
    for (let x = 0, next = y * to * channels; x < to; x++) {
      const start = (before + (starts[x] ?? 0)) * channels;
      const [from, until] = [offsets[x] ?? 0, offsets[x + 1] ?? 0];
      for (let channel = 0; channel < channels; channel++) {
        let sum = ONE / 2;
        for (let tap = from, at = start + channel; tap < until; tap++, at += channels) {
          sum += Math.imul(weights[tap] ?? 0, padded[at] ?? 0);
        }
        shrunk[next++] = sum >> WEIGHT_BITS;
      }
    }
  }
  return shrunk;
}

/** Means of the blocks of one row; the last block repeats the border. */
function writeMeans(
  means: Uint8Array,
  start: number,
  row: Uint8Array,
  block: number,
  channels: number,
): void {
  for (let from = 0, next = start; from < row.length; from += block * channels) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = block >> 1;
      for (let i = 0; i < block; i++) {
        sum += row[Math.min(from + i * channels, row.length - channels) + channel] ?? 0;
      }
      means[next++] = meanOf(sum, block);
    }
  }
}

/** Interpolates between the two nearest rows and columns; no side may be smaller than before. */
function enlarge(pixels: Uint8Array, from: Size, to: Size, channels: number): Uint8Array {
  const rows = neighbours(from[0], to[0]);
  const columns = neighbours(from[1], to[1]);
  const width = to[1] * channels;
  const widened = (row: number, into: Float64Array): void => {
    for (let x = 0, next = 0; x < to[1]; x++) {
      const share = columns.shares[x] ?? 0;
      const left = (row * from[1] + (columns.firsts[x] ?? 0)) * channels;
      const right = (row * from[1] + (columns.seconds[x] ?? 0)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        into[next++] = (1 - share) * (pixels[left + channel] ?? 0) + share * (pixels[right + channel] ?? 0);
      }
    }
  };
  const enlarged = new Uint8Array(to[0] * width);
  const [upper, lower] = [new Float64Array(width), new Float64Array(width)];
  let last = -1;
  for (let y = 0; y < to[0]; y++) {
    const first = rows.firsts[y] ?? 0;
    if (first !== last) {
      widened(first, upper);
      widened(rows.seconds[y] ?? 0, lower);
      last = first;
    }
    const share = rows.shares[y] ?? 0;
    for (let at = 0; at < width; at++) {
      enlarged[y * width + at] = Math.round((1 - share) * (upper[at] ?? 0) + share * (lower[at] ?? 0));
    }
  }
  return enlarged;
}

/** For each of `to` positions the two of `from` it lies between, and the second one's share. */
function neighbours(
  from: number,
  to: number,
): { firsts: Int32Array; seconds: Int32Array; shares: Float64Array } {
  const firsts = new Int32Array(to);
  const seconds = new Int32Array(to);
  const shares = new Float64Array(to);
  for (let index = 0; index < to; index++) {
    const place = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / to - 0.5));
    const first = Math.floor(place);
    firsts[index] = first;
    seconds[index] = Math.min(from - 1, first + 1);
    shares[index] = place - first;
  }
  return { firsts, seconds, shares };
}

/**
 * Resizes a map by bilinear interpolation with half-pixel centres, the border repeated: between four values, also when
 * shrinking. For anomaly maps. In float32 and in the order of operations of TensorFlow's `resizeBilinear` with
 * `halfPixelCenters`, whose values it gives bit for bit.
 *
 * @param values `from[0] * from[1]`, row by row.
 * @returns `to[0] * to[1]`, row by row.
 */
export function resizeBilinear(values: Float32Array, from: Size, to: Size): Float32Array {
  const { fround } = Math;
  const rows = floatNeighbours(from[0], to[0]);
  const columns = floatNeighbours(from[1], to[1]);
  const resized = new Float32Array(to[0] * to[1]);
  const between = (start: number, x: number): number => {
    const left = values[start + (columns.firsts[x] ?? 0)] ?? 0;
    const right = values[start + (columns.seconds[x] ?? 0)] ?? 0;
    return fround(left + fround(fround(right - left) * (columns.shares[x] ?? 0)));
  };
  for (let y = 0, next = 0; y < to[0]; y++) {
    const above = (rows.firsts[y] ?? 0) * from[1];
    const below = (rows.seconds[y] ?? 0) * from[1];
    const share = rows.shares[y] ?? 0;
    for (let x = 0; x < to[1]; x++) {
      const upper = between(above, x);
      resized[next++] = upper + fround(fround(between(below, x) - upper) * share);
    }
  }
  return resized;
}

/** {@link neighbours} with positions in float32. */
function floatNeighbours(
  from: number,
  to: number,
): { firsts: Int32Array; seconds: Int32Array; shares: Float32Array } {
  const { fround } = Math;
  const scale = fround(from / to);
  const firsts = new Int32Array(to);
  const seconds = new Int32Array(to);
  const shares = new Float32Array(to);
  for (let index = 0; index < to; index++) {
    const place = fround(fround(fround(index + 0.5) * scale) - 0.5);
    firsts[index] = Math.max(0, Math.floor(place));
    seconds[index] = Math.min(from - 1, Math.ceil(place));
    shares[index] = place - Math.floor(place);
  }
  return { firsts, seconds, shares };
}
