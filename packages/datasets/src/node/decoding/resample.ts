import type { Size } from '@utad/core';

/**
 * Enlarges by bilinear interpolation with half-pixel centres, the border repeated. libvips places what it enlarges half
 * a pixel further down and to the right.
 *
 * @param pixels `H * W * channels` bytes, channels last.
 * @param to No side smaller than in `from`.
 */
export function enlarge(pixels: Uint8Array, from: Size, to: Size, channels: number): Uint8Array {
  const rows = neighbours(from[0], to[0]);
  const columns = neighbours(from[1], to[1]);
  const enlarged = new Uint8Array(to[0] * to[1] * channels);
  const at = (row: number, column: number, channel: number): number =>
    pixels[(row * from[1] + column) * channels + channel] ?? 0;
  let next = 0;
  for (const { first: above, second: below, share: down } of rows) {
    for (const { first: left, second: right, share: across } of columns) {
      for (let channel = 0; channel < channels; channel++) {
        const upper = (1 - across) * at(above, left, channel) + across * at(above, right, channel);
        const lower = (1 - across) * at(below, left, channel) + across * at(below, right, channel);
        enlarged[next++] = Math.round((1 - down) * upper + down * lower);
      }
    }
  }
  return enlarged;
}

/** For each of `to` positions the two of `from` it lies between, and the second one's share. */
function neighbours(from: number, to: number): { first: number; second: number; share: number }[] {
  return Array.from({ length: to }, (_, index) => {
    const place = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / to - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(from - 1, first + 1), share: place - first };
  });
}
