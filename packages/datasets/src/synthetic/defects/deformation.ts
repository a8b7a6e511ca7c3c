import { scale } from '../colour';
import { boxAround, coverage, type Point } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, site } from './blemish';

/** Where the outline is crossed on the way from a point of the surface in a random direction, and that direction. */
function onBorder(scene: Scene, random: Random): { at: Point; outwards: Point } | undefined {
  const { beyond = [0, 0] } = scene;
  const [x, y] = site(scene, random, 0.03);
  const turn = random.uniform(0, 2 * Math.PI);
  const outwards: Point = [Math.cos(turn), Math.sin(turn)];
  for (let far = 0; far < 0.6; far += 0.01) {
    const at: Point = [x + far * outwards[0], y + far * outwards[1]];
    if (Math.max(Math.abs(at[0]) - beyond[0], Math.abs(at[1]) - beyond[1]) > 0.45) return undefined;
    if (scene.surface(at) > 0) return { at, outwards };
  }
  return undefined;
}

/** Where to push and which way: the outline of an object, in or out, or any place of a texture. */
function press(scene: Scene, random: Random): { at: Point; push: Point } {
  for (let attempt = 0; attempt < 16; attempt++) {
    const border = onBorder(scene, random);
    if (border === undefined) continue;
    const way = random.uniform(0, 1) < 0.6 ? -1 : 1;
    return { at: border.at, push: [way * border.outwards[0], way * border.outwards[1]] };
  }
  const turn = random.uniform(0, 2 * Math.PI);
  return { at: site(scene, random, 0.08), push: [Math.cos(turn), Math.sin(turn)] };
}

/**
 * A blow that pushes what is there aside: the picture is warped round one point, and the slopes of the dent catch the
 * light or lose it.
 */
export function deformation(scene: Scene, random: Random, area: number): Blemish {
  const { at: middle, push } = press(scene, random);
  const radius = Math.sqrt((1.5 * area) / Math.PI);
  // The bell (1 - t^2)^2 is at most 1.54 steep: pushes of less than 0.6 radii fold nothing over.
  const depth = radius * random.uniform(0.42, 0.56);
  const relief = random.uniform(0.5, 1) * (random.uniform(0, 1) < 0.7 ? -1 : 1);
  const strength = Math.max(1e-6, Math.hypot(scene.lamp[0], scene.lamp[1]));
  return {
    opacity: ([x, y]) => (Math.hypot(x - middle[0], y - middle[1]) < radius ? 1 : 0),
    within: boxAround([middle], radius),
    visible: 0.06,
    extent: 'moves',
    colour(_, [x, y], pixel) {
      const [dx, dy] = [(x - middle[0]) / radius, (y - middle[1]) / radius];
      const inside = Math.max(0, 1 - dx * dx - dy * dy);
      const bell = depth * inside * inside;
      const from: Point = [x - bell * push[0], y - bell * push[1]];
      const towards = (dx * scene.lamp[0] + dy * scene.lamp[1]) / strength;
      const slope = 1 + relief * 1.54 * inside * towards * coverage(scene.surface(from), pixel);
      return scale(scene.paint(from, pixel), slope);
    },
  };
}
