import { coverage } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import type { Blemish } from './blemish';

/** A part of the product that is not there, so that what lies beneath shows. */
export function missing(scene: Scene, random: Random, area: number): Blemish {
  const part = scene.part(random, area);
  return {
    opacity: (at, pixel) => coverage(part(at), pixel),
    removes: true,
    colour: (_, at) => scene.beneath(at),
  };
}
