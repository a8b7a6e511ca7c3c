import type { Colour } from '../colour';
import { brightness, mix, scale } from '../colour';
import type { Box, Point } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';

/** One defect before it is sampled. */
export interface Blemish {
  /** How much of the clean colour is replaced at a point, 0 to 1; edges softened over `pixel`. */
  opacity(at: Point, pixel: number): number;
  /** What replaces the clean colour. */
  colour(clean: Colour, at: Point, pixel: number): Colour;
  /**
   * Where it can be: a mark is on the `product` and fades with its softened edge, a part that is `gone` takes that edge
   * with it, and what `moves` shows beside the product too. Default `product`.
   */
  readonly extent?: 'product' | 'gone' | 'moves';
  /**
   * At full opacity, pixels that change by less than this, on [0, 1], are left as they are, so that ground truth is
   * what can be seen. Default 0.
   */
  readonly visible?: number;
  /** Where `opacity` is not 0, its softened edge apart, so that no other pixel need be asked. Default: anywhere. */
  readonly within?: Box;
}

/** Draws one defect on a scene; `area` is what it should cover, the picture's central square being 1. */
export type BlemishMaker = (scene: Scene, random: Random, area: number) => Blemish;

/** A point of the surface at least `clearance` from its border, or as far from it as could be found. */
export function site(scene: Scene, random: Random, clearance: number): Point {
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
  random: Random,
  at: Point,
  depth: number,
  turn: readonly [least: number, most: number] = [0.4, 0.7],
): (clean: Colour) => Colour {
  const darker = brightness(scene.paint(at, 0.05)) > random.uniform(...turn);
  return darker ? (clean) => scale(clean, 1 - depth) : (clean) => mix(clean, [1, 1, 1], depth);
}
