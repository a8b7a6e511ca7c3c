import type { Colour } from './colour';
import type { Point } from './geometry';
import type { Random } from './random';

/** One picture before it is sampled: what is seen at any point, and where the product is. */
export interface Scene {
  /** The colour at a point, edges softened over `pixel`, light included. */
  paint(at: Point, pixel: number): Colour;
  /** Distance to the border of the product's surface, negative on it. For a texture all is surface. */
  surface(at: Point): number;
  /** The colour that would be seen here if the product were missing, light included. */
  beneath(at: Point): Colour;
  /** A part of the product that could be missing, of about this area: distance to its border, negative inside. */
  part(random: Random, area: number): (at: Point) => number;
}

/** Draws one picture's free factors (pose, light, colours) and returns its scene. */
export type SceneMaker = (random: Random) => Scene;
