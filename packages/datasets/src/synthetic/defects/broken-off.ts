import { type Colour, mix } from '../colour';
import { coverage, type Point } from '../geometry';
import { SHADOW_REACH } from '../light';
import type { Shape } from '../scene';
import type { Blemish } from './blemish';

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
