import type { RandomStream } from '@utad/core';
import { type Colour, difference, scale } from '../colour';
import { boxAround, coverage, type Point, smoothstep, toSegment, wavyDisc, wavyOutline } from '../geometry';
import type { Blemish, Print, Scene } from '../scene';
import { contrasting, isOnSurface, type Stroke, site, stroke } from './site';

/** A thin curved line, dark on a bright surface and bright on a dark one. */
export function scratch(scene: Scene, random: RandomStream, area: number): Blemish {
  const width = 0.032 * (scene.lineWidth ?? 1) + 0.35 * area;
  // A tapering stroke covers four fifths of length times width.
  const line = stroke(scene, random, area / (0.8 * width), width, 5);
  return {
    within: line.within,
    opacity: (at, pixel) => coverage(line.distance(at), pixel),
    colour: contrasting(scene, random, site(scene, random, 0.03), random.uniform(0.7, 0.85)),
  };
}

/** A blotch of no clear outline that fades into the surface. */
export function stain(scene: Scene, random: RandomStream, area: number): Blemish {
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

/** A dark disc, darkest in its middle. */
export function hole(scene: Scene, random: RandomStream, area: number): Blemish {
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

interface CrackPiece {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
}

const STEPS_OF_CRACK = 12;
/** How far a crack stays from the border of the picture. */
const CRACK_MARGIN = 0.03;

/** A jagged line from `start`: its pieces turn sharply but keep their course. */
function jagged(random: RandomStream, start: Point, course: number, length: number): Point[] {
  const points: Point[] = [start];
  let [x, y] = start;
  for (let piece = 0; piece < STEPS_OF_CRACK; piece++) {
    const heading = course + random.uniform(-0.75, 0.75);
    const step = (length / STEPS_OF_CRACK) * random.uniform(0.6, 1.4);
    x += step * Math.cos(heading);
    y += step * Math.sin(heading);
    points.push([x, y]);
  }
  return points;
}

/** The jagged line, of up to 60, that runs off the surface least. */
function onSurface(scene: Scene, random: RandomStream, length: number): { points: Point[]; course: number } {
  let best: { points: Point[]; course: number } = { points: [], course: 0 };
  let mostOn = -1;
  for (let attempt = 0; attempt < 60 && mostOn <= STEPS_OF_CRACK; attempt++) {
    const course = random.uniform(0, 2 * Math.PI);
    const points = jagged(random, site(scene, random, 0.02), course, length);
    const on = points.filter((point) => isOnSurface(scene, point, CRACK_MARGIN)).length;
    if (on > mostOn) [best, mostOn] = [{ points, course }, on];
  }
  return best;
}

const taperedPieces = (points: readonly Point[], width: number): CrackPiece[] =>
  points.slice(1).map((to, index) => ({
    from: points[index] ?? to,
    to,
    radius: (width / 2) * (1 - (0.65 * index) / STEPS_OF_CRACK),
  }));

/** A thin jagged break with a branch, wide where it began. */
export function crack(scene: Scene, random: RandomStream, area: number): Blemish {
  const width = 0.022 * (scene.lineWidth ?? 1) + 0.4 * area;
  // The taper leaves two thirds of the width on average, and the branch adds a third of the length.
  const length = area / (0.67 * 1.35 * width);
  const { points, course } = onSurface(scene, random, length);
  const fork = points[random.integer(3, 7)] ?? points[0] ?? [0, 0];
  const aside = course + random.uniform(0.6, 1.1) * (random.uniform(0, 1) < 0.5 ? -1 : 1);
  const branch = jagged(random, fork, aside, 0.4 * length);
  const pieces = [...taperedPieces(points, width), ...taperedPieces(branch, 0.75 * width)];
  return {
    within: boxAround([...points, ...branch], width),
    opacity: (at, pixel) => {
      let least = Number.POSITIVE_INFINITY;
      for (const { from, to, radius } of pieces) least = Math.min(least, toSegment(at, from, to) - radius);
      return coverage(least, pixel);
    },
    colour: contrasting(
      scene,
      random,
      points[0] ?? fork,
      random.uniform(0.78, 0.92),
      scene.brightCracksBelow,
    ),
  };
}

const FOREIGN: readonly Colour[] = [
  [0.1, 0.25, 0.75],
  [0.05, 0.5, 0.3],
  [0.65, 0.08, 0.1],
  [0.45, 0.1, 0.55],
  [0.1, 0.1, 0.1],
];

/** One of the foreign colours that stand out from what is there. */
function foreignTo(colours: readonly Colour[], there: Colour, random: RandomStream): Colour {
  const distinct = colours.filter((colour) => difference(colour, there) > 0.33);
  const choice = distinct.length > 0 ? distinct : colours;
  return choice[random.integer(0, choice.length - 1)] ?? [0, 0, 0];
}

function speck(scene: Scene, random: RandomStream, area: number): Stroke {
  const radius = Math.sqrt(area / Math.PI);
  const middle = site(scene, random, radius);
  // The outline wavers by a quarter at most.
  return { within: boxAround([middle], 1.25 * radius), distance: wavyDisc(random, middle, radius, 0.12) };
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
export function contamination(scene: Scene, random: RandomStream, area: number): Blemish {
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

/** Where the outline is crossed on the way from a point of the surface in a random direction, and that direction. */
function onBorder(scene: Scene, random: RandomStream): { at: Point; outwards: Point } | undefined {
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
function press(scene: Scene, random: RandomStream): { at: Point; push: Point } {
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
export function deformation(scene: Scene, random: RandomStream, area: number): Blemish {
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

type Ink = (at: Point, pixel: number) => number;

const SMEAR_STEPS = 6;

const moved = ({ ink }: Print, [dx, dy]: Point, share: number): Ink => {
  return ([x, y], pixel) => ink([x - share * dx, y - share * dy], pixel);
};

/** Ink dragged along `by`, thinner the further it comes. */
function smeared(print: Print, by: Point): Ink {
  const steps = Array.from({ length: SMEAR_STEPS }, (_, step) => ({
    ink: moved(print, by, (step + 1) / SMEAR_STEPS),
    left: 1 - (0.6 * step) / SMEAR_STEPS,
  }));
  return (at, pixel) =>
    steps.reduce((most, { ink, left }) => Math.max(most, left * ink(at, pixel)), print.ink(at, pixel));
}

interface Fault {
  /** The share of a patch of print that it changes, roughly. */
  readonly changes: number;
  /** The ink that is there instead; `by` is how far the print slipped. */
  ink(print: Print, by: Point): Ink;
}

const FAULTS: readonly [Fault, ...Fault[]] = [
  { changes: 1 / 3, ink: (print, by) => moved(print, by, 1) },
  {
    changes: 1 / 3,
    ink: (print, by) => {
      const second = moved(print, by, 1);
      return (at, pixel) => Math.max(print.ink(at, pixel), 0.85 * second(at, pixel));
    },
  },
  { changes: 1 / 3, ink: smeared },
  { changes: 1 / 3, ink: (print) => (at, pixel) => 0.12 * print.ink(at, pixel) },
  { changes: 1, ink: () => () => 0.92 },
];

/** A patch of print that is shifted, doubled, smeared, faded or drowned in ink. */
export function misprint(scene: Scene, random: RandomStream, area: number): Blemish {
  const { print } = scene;
  if (print === undefined) throw new Error('misprint: expected a product with a print');
  const fault = FAULTS[random.integer(0, FAULTS.length - 1)] ?? FAULTS[0];
  const [cx, cy] = print.place(random);
  const turn = random.uniform(0, 2 * Math.PI);
  const far = random.uniform(0.03, 0.05);
  const ink = fault.ink(print, [far * Math.cos(turn), far * Math.sin(turn)]);
  const radius = Math.sqrt(area / fault.changes / Math.PI);
  return {
    opacity: ([x, y]) => smoothstep(radius, 0.92 * radius, Math.hypot(x - cx, y - cy)),
    visible: 0.08,
    colour: (clean, at, pixel) => (scene.surface(at) < 0 ? print.paint(at, pixel, ink(at, pixel)) : clean),
  };
}
