import { coverage } from '../geometry';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { type Blemish, contrasting, site } from './blemish';
import { stroke } from './stroke';

/** A thin curved line, dark on a bright surface and bright on a dark one. */
export function scratch(scene: Scene, random: Random, area: number): Blemish {
  const width = 0.032 * (scene.lineWidth ?? 1) + 0.35 * area;
  // A tapering stroke covers four fifths of length times width.
  const line = stroke(scene, random, area / (0.8 * width), width, 5);
  return {
    within: line.within,
    opacity: (at, pixel) => coverage(line.distance(at), pixel),
    colour: contrasting(scene, random, site(scene, random, 0.03), random.uniform(0.7, 0.85)),
  };
}
