import type { Random } from '../random';
import type { Scene } from '../scene';
import type { Blemish } from './blemish';

/** A part or a component of the product that is not there. */
export function missing(scene: Scene, random: Random, area: number): Blemish {
  if (scene.without === undefined)
    throw new Error('missing: expected a product that parts can be missing of');
  return scene.without(random, area);
}
