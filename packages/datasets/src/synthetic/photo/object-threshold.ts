import type { Size } from '@utad/core';

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
export function objectThreshold(distances: readonly number[], [height, width]: Size, least: number): number {
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
