import type { Point } from './simplify';

/** Two columns as points. */
export function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  return Array.from(x, (a, i) => [a, y[i] ?? Number.NaN]);
}
