import { scale } from '../colour';
import { boxAround, coverage, smoothstep } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, site } from './blemish';

/** A dark disc, darkest in its middle. */
export function hole(scene: Scene, random: Random, area: number): Blemish {
  const radius = Math.sqrt(area / Math.PI);
  const [cx, cy] = site(scene, random, Math.min(0.9 * radius, 0.09));
  const depth = random.uniform(0.06, 0.16);
  return {
    within: boxAround([[cx, cy]], radius),
    opacity: ([x, y], pixel) => coverage(Math.hypot(x - cx, y - cy) - radius, pixel),
    colour: (clean, [x, y]) =>
      scale(clean, depth + 0.18 * smoothstep(0.4 * radius, radius, Math.hypot(x - cx, y - cy))),
  };
}
