import { boxAround, smoothstep, wavyOutline } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, contrasting, site } from './blemish';

/** A blotch of no clear outline that fades into the surface. */
export function stain(scene: Scene, random: Random, area: number): Blemish {
  const radius = Math.sqrt(area / Math.PI);
  const middle = site(scene, random, Math.min(0.9 * radius, 0.09));
  const waver = wavyOutline(random, 0.12);
  return {
    // The outline wavers by a quarter at most, and beyond 1.15 of it nothing is left.
    within: boxAround([middle], 1.15 * 1.25 * radius),
    opacity([x, y]) {
      const [dx, dy] = [x - middle[0], y - middle[1]];
      const reach = Math.hypot(dx, dy) / (radius * waver(Math.atan2(dy, dx)));
      return smoothstep(1.15, 0.7, reach);
    },
    colour: contrasting(scene, random, middle, random.uniform(0.68, 0.85)),
  };
}
