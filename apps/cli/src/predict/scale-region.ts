import type { Size } from '@utad/core';
import type { ScoredRegion } from '@utad/eval';

/** The same region in pixels of an image of another size; its box reaches out to whole pixels. */
export function scaleRegion({ box, area, peak }: ScoredRegion, from: Size, to: Size): ScoredRegion {
  // Multiplied before it is divided, so that the edge of the map lands on the edge of the image and not a bit beyond.
  const down = (y: number) => (y * to[0]) / from[0];
  const across = (x: number) => (x * to[1]) / from[1];
  const [x, y] = [Math.floor(across(box.x)), Math.floor(down(box.y))];
  return {
    box: {
      x,
      y,
      width: Math.ceil(across(box.x + box.width)) - x,
      height: Math.ceil(down(box.y + box.height)) - y,
    },
    area: Math.round(down(across(area))),
    peak,
  };
}
