import { round } from './axes';

export type Point = readonly [x: number, y: number];

/** Points in units of a chart, rounded, without those in the middle of a level or upright stretch: a smaller file. */
export function simplify(points: Iterable<Point>): Point[] {
  const kept: Point[] = [];
  for (const [exactX, exactY] of points) {
    const [x, y] = [round(exactX), round(exactY)];
    const [before, last] = [kept.at(-2), kept.at(-1)];
    if (last && last[0] === x && last[1] === y) continue;
    const straight =
      before && last && ((before[0] === x && last[0] === x) || (before[1] === y && last[1] === y));
    if (straight) kept.pop();
    kept.push([x, y]);
  }
  return kept;
}
