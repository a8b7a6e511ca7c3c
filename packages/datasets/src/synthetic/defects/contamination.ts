import type { Colour } from '../colour';
import { difference, scale } from '../colour';
import { boxAround, coverage, type Point, wavyOutline } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, site } from './blemish';
import { type Stroke, stroke } from './stroke';

const FOREIGN: readonly Colour[] = [
  [0.1, 0.25, 0.75],
  [0.05, 0.5, 0.3],
  [0.65, 0.08, 0.1],
  [0.45, 0.1, 0.55],
  [0.1, 0.1, 0.1],
];

/** One of the foreign colours that stand out from what is there. */
function foreignTo(colours: readonly Colour[], there: Colour, random: Random): Colour {
  const distinct = colours.filter((colour) => difference(colour, there) > 0.33);
  const choice = distinct.length > 0 ? distinct : colours;
  return choice[random.integer(0, choice.length - 1)] ?? [0, 0, 0];
}

function speck(scene: Scene, random: Random, area: number): Stroke {
  const radius = Math.sqrt(area / Math.PI);
  const [cx, cy] = site(scene, random, radius);
  const waver = wavyOutline(random, 0.12);
  return {
    // The outline wavers by a quarter at most.
    within: boxAround([[cx, cy]], 1.25 * radius),
    distance: ([x, y]) => Math.hypot(x - cx, y - cy) - radius * waver(Math.atan2(y - cy, x - cx)),
  };
}

/** Pieces whose box is further away than the softened edge reaches are not asked. */
function distanceToNearest(pieces: readonly Stroke[], [x, y]: Point, pixel: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { within, distance } of pieces) {
    const beside = Math.max(within.from[0] - x, x - within.to[0], within.from[1] - y, y - within.to[1]);
    if (beside < pixel) least = Math.min(least, distance([x, y]));
  }
  return least;
}

/** Foreign specks and a fibre, all of one colour that the product does not have. */
export function contamination(scene: Scene, random: Random, area: number): Blemish {
  const width = 0.026 * (scene.lineWidth ?? 1);
  const length = (0.4 * area) / (0.8 * width);
  const specks = random.integer(2, 4);
  const pieces = [stroke(scene, random, length, width, 9)];
  for (let count = 0; count < specks; count++) pieces.push(speck(scene, random, (0.6 * area) / specks));
  const colour = foreignTo(scene.foreign ?? FOREIGN, scene.paint(site(scene, random, 0.03), 0.05), random);
  const sheen = random.uniform(0.8, 1.1);
  const corners = pieces.flatMap(({ within }) => [within.from, within.to]);
  return {
    within: boxAround(corners, 0),
    opacity: (at, pixel) => coverage(distanceToNearest(pieces, at, pixel), pixel),
    colour: () => scale(colour, sheen),
  };
}
