import type { Reduction } from './detector';

/**
 * One number of each map of a batch, on plain data.
 *
 * @param values `[B, h, w]`
 * @param count B
 * @returns `[B]`; NaN for maps without a value
 * @example reduceMaps(Float32Array.of(1, 3, 0, 4), 2, 'max') // 3, 4
 */
export function reduceMaps(values: Float32Array, count: number, reduction: Reduction): Float32Array {
  const length = values.length / count;
  return Float32Array.from({ length: count }, (_, index) =>
    reduced(values.subarray(index * length, (index + 1) * length), reduction),
  );
}

function reduced(map: Float32Array, reduction: Reduction): number {
  if (reduction === 'mean') return mean(map);
  if (reduction === 'max')
    return map.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const ascending = Float32Array.from(map).sort();
  if ('highest' in reduction)
    return mean(ascending.subarray(map.length - highestCount(map.length, reduction)));
  const { below, share } = quantilePlace(map.length, reduction);
  const [low = Number.NaN, high = low] = ascending.subarray(below, below + 2);
  return low + share * (high - low);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many of `length` values the highest share are. */
export function highestCount(length: number, { highest }: { readonly highest: number }): number {
  return Math.max(1, Math.round(highest * length));
}

/** Between which of `length` ascending values a quantile lies, and how far it is from the lower one to the next. */
export function quantilePlace(
  length: number,
  { quantile }: { readonly quantile: number },
): { readonly below: number; readonly share: number } {
  const place = quantile * (length - 1);
  return { below: Math.floor(place), share: place - Math.floor(place) };
}
