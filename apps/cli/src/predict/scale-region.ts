import type { Size } from '@utad/training';

/** Connected pixels of an anomaly map that reach the threshold. Places count from 0, at the top left. */
export interface Region {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** In pixels. */
  readonly area: number;
  /** The highest value of the map in it. */
  readonly peak: number;
}

/**
 * The regions of an anomaly map where it is at least the threshold; pixels that touch at a corner are connected.
 *
 * @param map `H * W` values, row by row
 * @returns The region with the highest peak first.
 * @throws RangeError when the map is not of this size.
 */
export function regionsOf(map: ArrayLike<number>, [height, width]: Size, threshold: number): Region[] {
  if (map.length !== height * width) {
    throw new RangeError(`regionsOf: expected ${height} x ${width} values, received ${map.length}`);
  }
  const seen = new Uint8Array(map.length);
  const regions: Region[] = [];
  for (let start = 0; start < map.length; start++) {
    if (seen[start] === 0 && valueAt(map, start) >= threshold) regions.push(grow(start));
  }
  return regions.sort((a, b) => b.peak - a.peak);

  function grow(start: number): Region {
    let [left, right, top, bottom] = [width, 0, height, 0];
    let area = 0;
    let peak = Number.NEGATIVE_INFINITY;
    const waiting = [start];
    seen[start] = 1;
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const [y, x] = [Math.floor(index / width), index % width];
      area += 1;
      peak = Math.max(peak, valueAt(map, index));
      [left, right, top, bottom] = [
        Math.min(left, x),
        Math.max(right, x),
        Math.min(top, y),
        Math.max(bottom, y),
      ];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (seen[next] === 1 || valueAt(map, next) < threshold) continue;
          seen[next] = 1;
          waiting.push(next);
        }
      }
    }
    return { box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }, area, peak };
  }
}

/** The same region in pixels of an image of another size; its box reaches out to whole pixels. */
export function scaleRegion({ box, area, peak }: Region, from: Size, to: Size): Region {
  const [down, across] = [to[0] / from[0], to[1] / from[1]];
  const x = Math.floor(box.x * across);
  const y = Math.floor(box.y * down);
  return {
    box: {
      x,
      y,
      width: Math.ceil((box.x + box.width) * across) - x,
      height: Math.ceil((box.y + box.height) * down) - y,
    },
    area: Math.round(area * down * across),
    peak,
  };
}

function valueAt(map: ArrayLike<number>, index: number): number {
  return map[index] ?? Number.NEGATIVE_INFINITY;
}
