import type { RandomStream } from '@utad/core';
import { type Colour, mix } from '../colour';
import { coverage, type Point, wavyDisc } from '../geometry';
import { SHADOW_REACH } from '../light';
import type { Blemish, Scene, Shape } from '../scene';

/** A part or a component of the product that is not there. */
export function missing(scene: Scene, random: RandomStream, area: number): Blemish {
  if (scene.without === undefined)
    throw new Error('missing: expected a product that parts can be missing of');
  return scene.without(random, area);
}

/** A part of the product that is not there, so that what lies beneath shows; its shadow, if any, stays. */
export const cutOut = (part: Shape, beneath: (at: Point) => Colour): Blemish => ({
  opacity: (at, pixel) => coverage(part(at), pixel),
  extent: 'gone',
  colour: (_, at) => beneath(at),
});

/** A part of an object that is not there, nor its shadow; `under` is the table beneath whatever casts a shadow on it. */
export function brokenOff(
  surface: Shape,
  under: (caster: Shape) => (at: Point) => Colour,
  part: Shape,
): Blemish {
  const table = under((at) => Math.max(surface(at), -part(at)));
  return {
    opacity: (at) => (part(at) < SHADOW_REACH ? 1 : 0),
    extent: 'moves',
    visible: 0.03,
    colour(clean, at, pixel) {
      if (coverage(surface(at), pixel) === 0) return table(at);
      const gone = coverage(part(at), pixel);
      return gone === 0 ? clean : mix(clean, table(at), gone);
    },
  };
}

/** A bite of about this area out of a straight border, about a point of the picture on that border. */
export function bite(random: RandomStream, area: number, middle: Point): Shape {
  return wavyDisc(random, middle, Math.sqrt((2.2 * area) / Math.PI), 0.08);
}
