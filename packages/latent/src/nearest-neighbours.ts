import { type Codes, expectCode, expectCodes } from './codes';
import { LatentError } from './error';

/** A code near another. */
export interface Neighbour {
  /** Of the code among those searched. */
  readonly index: number;
  /** Euclidean, at least 0, in the units of the codes. */
  readonly distance: number;
}

/**
 * The k codes that lie nearest to another one, by Euclidean distance, the nearest first; of codes equally far the one that
 * comes first. Exact: every code is looked at, since trees gain nothing in a hundred dimensions. Besides the codes it needs
 * memory for k numbers only.
 *
 * @param query - `[D]`, finite.
 * @param codes - `[N][D]`, finite.
 * @param k - A whole number from 1 to N.
 * @throws {@link LatentError} `empty`, `shape` or `not-finite` for codes that are wrong; `range` for such a k.
 *
 * @example
 * ```ts
 * nearestNeighbours([0, 0], [[3, 4], [0, 1], [6, 8]], 2);
 * // [{ index: 1, distance: 1 }, { index: 0, distance: 5 }]
 * ```
 */
export function nearestNeighbours(query: ArrayLike<number>, codes: Codes, k: number): Neighbour[] {
  const place = 'nearestNeighbours';
  const length = expectCodes(codes, place);
  expectCode(query, length, `${place}: query`);
  if (!Number.isInteger(k) || k < 1 || k > codes.length) {
    throw new LatentError(
      'range',
      `${place}: expected k to be a whole number from 1 to ${codes.length}, received ${k}`,
    );
  }
  const nearest: Neighbour[] = [];
  for (const [index, code] of codes.entries()) {
    const distance = Math.sqrt(squaredDistance(query, code));
    const last = nearest.at(-1);
    if (nearest.length === k && last !== undefined && distance >= last.distance) continue;
    const place = nearest.findIndex((other) => distance < other.distance);
    nearest.splice(place < 0 ? nearest.length : place, 0, { index, distance });
    if (nearest.length > k) nearest.pop();
  }
  return nearest;
}

/** Of arrays of one length. */
function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}
