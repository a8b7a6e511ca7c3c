import { type Point, wavyOutline } from '../geometry';
import type { Random } from '../random';
import type { Shape } from '../scene';

/** A bite of about this area out of a straight border, about a point of the picture on that border. */
export function bite(random: Random, area: number, [cx, cy]: Point): Shape {
  const radius = Math.sqrt((2.2 * area) / Math.PI);
  const waver = wavyOutline(random, 0.08);
  return ([x, y]) => Math.hypot(x - cx, y - cy) - radius * waver(Math.atan2(y - cy, x - cx));
}
