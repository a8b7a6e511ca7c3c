import type { RandomStream } from '@utad/core';
import { brightness, type Colour, mix, scale } from '../colour';
import { type Box, boxAround, type Point, toSegment } from '../geometry';
import type { Scene } from '../scene';

/** A point of the surface at least `clearance` from its border, or as far from it as could be found. */
export function site(scene: Scene, random: RandomStream, clearance: number): Point {
  const { beyond = [0, 0] } = scene;
  let best: Point = [0, 0];
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 64 && bestDistance > -clearance; attempt++) {
    const at: Point = [
      random.uniform(-0.42 - beyond[0], 0.42 + beyond[0]),
      random.uniform(-0.42 - beyond[1], 0.42 + beyond[1]),
    ];
    const distance = scene.surface(at);
    if (distance < bestDistance) [best, bestDistance] = [at, distance];
  }
  return best;
}

/** Whether a point is on the surface, and at least `margin` from the border of the picture. */
export function isOnSurface(scene: Scene, [x, y]: Point, margin: number): boolean {
  const { beyond = [0, 0] } = scene;
  return (
    Math.max(Math.abs(x) - beyond[0], Math.abs(y) - beyond[1]) < 0.5 - margin && scene.surface([x, y]) < 0
  );
}

/**
 * A change that shows on the surface round `at`: darker where it is bright, brighter where it is dark, and between the
 * two of `turn` either.
 */
export function contrasting(
  scene: Scene,
  random: RandomStream,
  at: Point,
  depth: number,
  turn: readonly [least: number, most: number] = [0.4, 0.7],
): (clean: Colour) => Colour {
  const darker = brightness(scene.paint(at, 0.05)) > random.uniform(...turn);
  return darker ? (clean) => scale(clean, 1 - depth) : (clean) => mix(clean, [1, 1, 1], depth);
}

/** A thin curved line. */
export interface Stroke {
  /** To its border, negative inside. */
  distance(at: Point): number;
  readonly within: Box;
}

const PIECES = 24;
/** How far a line stays from the border of the picture. */
const MARGIN = 0.03;

/** A circular arc from a random point of the surface, in small pieces. */
function arc(scene: Scene, random: RandomStream, length: number, bend: number): Point[] {
  let [x, y] = site(scene, random, 0.02);
  let heading = random.uniform(0, 2 * Math.PI);
  const turn = (random.uniform(-bend, bend) * length) / PIECES;
  const points: Point[] = [[x, y]];
  for (let piece = 0; piece < PIECES; piece++) {
    x += (Math.cos(heading) * length) / PIECES;
    y += (Math.sin(heading) * length) / PIECES;
    heading += turn;
    points.push([x, y]);
  }
  return points;
}

/** The arc, of up to 300, that runs off the surface least. */
function arcOnSurface(scene: Scene, random: RandomStream, length: number, bend: number): Point[] {
  let best: Point[] = [];
  let mostOn = -1;
  for (let attempt = 0; attempt < 300 && mostOn <= PIECES; attempt++) {
    const points = arc(scene, random, length, bend);
    const on = points.filter((point) => isOnSurface(scene, point, MARGIN)).length;
    if (on > mostOn) [best, mostOn] = [points, on];
  }
  return best;
}

/** A line of about this length and width that tapers to its ends; `bend` is the largest curvature. */
export function stroke(
  scene: Scene,
  random: RandomStream,
  length: number,
  width: number,
  bend: number,
): Stroke {
  const points = arcOnSurface(scene, random, length, bend);
  const pieces = points.slice(1).map((to, index) => {
    const taper = 0.45 + 0.55 * Math.sin((Math.PI * (index + 0.5)) / PIECES);
    return { from: points[index] ?? to, to, radius: (width / 2) * taper };
  });
  return {
    within: boxAround(points, width / 2),
    distance: (at) =>
      pieces.reduce(
        (least, { from, to, radius }) => Math.min(least, toSegment(at, from, to) - radius),
        Number.POSITIVE_INFINITY,
      ),
  };
}
