import type { Size } from '@utad/core';

const FAR = 1e12;

/**
 * The distance of every pixel to the nearest one where `map` is `value`, between their middles: exact, by the lower
 * envelope of parabolas (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012).
 */
export function distanceTo(map: Uint8Array, [height, width]: Size, value: 0 | 1): Float64Array {
  const squares = Float64Array.from(map, (there) => (there === value ? 0 : FAR));
  for (let column = 0; column < width; column++) alongLine(squares, column, width, height);
  for (let row = 0; row < height; row++) alongLine(squares, row * width, 1, width);
  return squares.map(Math.sqrt);
}

/** One line of `length` values, `step` apart, replaced by the least of value and squared distance to it. */
function alongLine(values: Float64Array, start: number, step: number, length: number): void {
  const line = Float64Array.from({ length }, (_, index) => values[start + index * step] ?? FAR);
  const heights = (at: number) => (line[at] ?? FAR) + at * at;
  // The parabolas of the envelope, and from where each is the lowest.
  const vertices = new Int32Array(length);
  const from = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  let last = 0;
  for (let at = 1; at < length; at++) {
    let crossing = 0;
    for (;;) {
      const vertex = vertices[last] ?? 0;
      crossing = (heights(at) - heights(vertex)) / (2 * (at - vertex));
      if (last === 0 || crossing > (from[last] ?? 0)) break;
      last -= 1;
    }
    if (last === 0 && crossing <= (from[0] ?? 0)) continue;
    last += 1;
    vertices[last] = at;
    from[last] = crossing;
  }
  let parabola = 0;
  for (let at = 0; at < length; at++) {
    while (parabola < last && (from[parabola + 1] ?? 0) < at) parabola += 1;
    const vertex = vertices[parabola] ?? 0;
    values[start + at * step] = (at - vertex) ** 2 + (line[vertex] ?? FAR);
  }
}
