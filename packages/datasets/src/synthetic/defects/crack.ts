import { boxAround, coverage, type Point, toSegment } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, contrasting, isOnSurface, site } from './blemish';

interface Piece {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
}

const PIECES = 12;
/** How far a crack stays from the border of the picture. */
const MARGIN = 0.03;

/** A jagged line from `start`: its pieces turn sharply but keep their course. */
function jagged(random: Random, start: Point, course: number, length: number): Point[] {
  const points: Point[] = [start];
  let [x, y] = start;
  for (let piece = 0; piece < PIECES; piece++) {
    const heading = course + random.uniform(-0.75, 0.75);
    const step = (length / PIECES) * random.uniform(0.6, 1.4);
    x += step * Math.cos(heading);
    y += step * Math.sin(heading);
    points.push([x, y]);
  }
  return points;
}

/** The jagged line, of up to 60, that runs off the surface least. */
function onSurface(scene: Scene, random: Random, length: number): { points: Point[]; course: number } {
  let best: { points: Point[]; course: number } = { points: [], course: 0 };
  let mostOn = -1;
  for (let attempt = 0; attempt < 60 && mostOn <= PIECES; attempt++) {
    const course = random.uniform(0, 2 * Math.PI);
    const points = jagged(random, site(scene, random, 0.02), course, length);
    const on = points.filter((point) => isOnSurface(scene, point, MARGIN)).length;
    if (on > mostOn) [best, mostOn] = [{ points, course }, on];
  }
  return best;
}

const taperedPieces = (points: readonly Point[], width: number): Piece[] =>
  points.slice(1).map((to, index) => ({
    from: points[index] ?? to,
    to,
    radius: (width / 2) * (1 - (0.65 * index) / PIECES),
  }));

/** A thin jagged break with a branch, wide where it began. */
export function crack(scene: Scene, random: Random, area: number): Blemish {
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
