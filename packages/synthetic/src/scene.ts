import type { RandomStream } from '@utad/core';
import type { Colour } from './colour';
import type { Box, Point } from './geometry';

/** Distance to the border of a shape from a point of the picture, negative inside. */
export type Shape = (at: Point) => number;

/** What is printed on a product with one ink. */
export interface Print {
  /** The share of ink at a point of the picture, 0 to 1, edges softened over `pixel`. */
  ink(at: Point, pixel: number): number;
  /** The colour at a point if it had this share of ink, light included; `paint` with `ink` is the scene's own. */
  paint(at: Point, pixel: number, ink: number): Colour;
  /** A point of the picture in the midst of what is printed. */
  place(random: RandomStream): Point;
}

/** One picture before it is sampled: what is seen at any point, and where the product is. */
export interface Scene {
  /** Points towards the lamp; its length is the strength. */
  readonly lamp: Point;
  /** The colour at a point, edges softened over `pixel`, light included. */
  paint(at: Point, pixel: number): Colour;
  /** Distance to the border of the product's surface, negative on it. For a texture all is surface. */
  surface(at: Point): number;
  /**
   * How far the picture reaches beyond its central square to either side of its middle, in x and y: 0 of a square one.
   * Default 0.
   */
  readonly beyond?: Point;
  /** The width of scratches, cracks and fibres, 1 being what suits a picture of 64 pixels. Default 1. */
  readonly lineWidth?: number;
  /** Cracks are bright where the surface is darker than a value drawn from here, on [0, 1]. Default: from 0.4 to 0.7. */
  readonly brightCracksBelow?: readonly [least: number, most: number];
  /** The colours that nothing on the product has, of which contamination takes one. Default: vivid ones, and black. */
  readonly foreign?: readonly Colour[];
  /** How it looks without a part or a component of about this area; absent where nothing can be missing. */
  without?(random: RandomStream, area: number): Blemish;
  /** Absent where nothing is printed. */
  readonly print?: Print;
}

/** Draws one picture's free factors (pose, light, colours) and returns its scene. */
export type SceneMaker = (random: RandomStream) => Scene;

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
export type BlemishMaker = (scene: Scene, random: RandomStream, area: number) => Blemish;
