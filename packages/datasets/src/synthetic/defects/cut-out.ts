import type { Colour } from '../colour';
import { coverage, type Point } from '../geometry';
import type { Shape } from '../scene';
import type { Blemish } from './blemish';

/** A part of the product that is not there, so that what lies beneath shows; its shadow, if any, stays. */
export const cutOut = (part: Shape, beneath: (at: Point) => Colour): Blemish => ({
  opacity: (at, pixel) => coverage(part(at), pixel),
  extent: 'gone',
  colour: (_, at) => beneath(at),
});
