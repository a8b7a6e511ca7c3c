import type { Colour } from '../colour';
import { difference, scale } from '../colour';
import type { Point } from '../geometry';
import { coverage, wavyOutline } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, site } from './blemish';
import { stroke } from './stroke';

const FOREIGN: readonly Colour[] = [
  [0.1, 0.25, 0.75],
  [0.05, 0.5, 0.3],
  [0.65, 0.08, 0.1],
  [0.45, 0.1, 0.55],
  [0.1, 0.1, 0.1],
];

/** One of the foreign colours that stand out from what is there. */
function foreignTo(there: Colour, random: Random): Colour {
  const distinct = FOREIGN.filter((colour) => difference(colour, there) > 0.33);
  const choice = distinct.length > 0 ? distinct : FOREIGN;
  return choice[random.integer(0, choice.length - 1)] ?? [0, 0, 0];
}

function speck(scene: Scene, random: Random, area: number): (at: Point) => number {
  const radius = Math.sqrt(area / Math.PI);
  const [cx, cy] = site(scene, random, radius);
  const waver = wavyOutline(random, 0.12);
  return ([x, y]) => Math.hypot(x - cx, y - cy) - radius * waver(Math.atan2(y - cy, x - cx));
}

/** Foreign specks and a fibre, all of one colour that the product does not have. */
export function contamination(scene: Scene, random: Random, area: number): Blemish {
  const width = 0.026;
  const length = (0.4 * area) / (0.8 * width);
  const specks = random.integer(2, 4);
  const pieces = [stroke(scene, random, length, width, 9)];
  for (let count = 0; count < specks; count++) pieces.push(speck(scene, random, (0.6 * area) / specks));
  const colour = foreignTo(scene.paint(site(scene, random, 0.03), 0.05), random);
  const sheen = random.uniform(0.8, 1.1);
  return {
    opacity: (at, pixel) => coverage(Math.min(...pieces.map((piece) => piece(at))), pixel),
    colour: () => scale(colour, sheen),
  };
}
