import type { Size } from '@utad/core';

/**
 * A map with those regions of one value turned into the other that are smaller than `least` pixels, 4-connected. Of
 * the value 0 only regions are turned that no side of the picture touches.
 */
export function withoutSmall(map: Uint8Array, size: Size, value: 0 | 1, least: number): Uint8Array {
  const [height, width] = size;
  const cleaned = map.slice();
  const seen = new Uint8Array(map.length);
  for (let start = 0; start < map.length; start++) {
    if (seen[start] === 1 || map[start] !== value) continue;
    const region = [start];
    seen[start] = 1;
    let touches = false;
    for (let next = 0; next < region.length; next++) {
      const at = region[next] ?? start;
      const [row, column] = [Math.floor(at / width), at % width];
      touches ||= row === 0 || column === 0 || row === height - 1 || column === width - 1;
      const neighbours = [
        ...(row > 0 ? [at - width] : []),
        ...(row < height - 1 ? [at + width] : []),
        ...(column > 0 ? [at - 1] : []),
        ...(column < width - 1 ? [at + 1] : []),
      ];
      for (const neighbour of neighbours) {
        if (seen[neighbour] === 1 || map[neighbour] !== value) continue;
        seen[neighbour] = 1;
        region.push(neighbour);
      }
    }
    if (region.length >= least || (value === 0 && touches)) continue;
    for (const at of region) cleaned[at] = 1 - value;
  }
  return cleaned;
}
