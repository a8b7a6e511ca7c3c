import type { Size } from '@utad/core';

/** The regions of a mask by number. */
export interface RegionLabels {
  /** `[H * W]`: 0 outside all regions, else the number of the region, from 1. */
  readonly labels: Uint32Array;
  /** How many regions there are. */
  readonly count: number;
  /** `[1 + count]`: how many pixels each region has, by number; 0 for number 0. */
  readonly areas: Uint32Array;
}

/**
 * Numbers the 8-connected regions of one mask in the order of their first pixels, row by row.
 *
 * Two passes with a forest of provisional labels; which neighbours need a look is decided as in Wu, Otoo and Suzuki,
 * Pattern Analysis and Applications 12, 2009.
 *
 * @param mask - holds the mask from `start` on, 0 and 1, checked already
 */
export function labelRegions(mask: ArrayLike<number>, [height, width]: Size, start = 0): RegionLabels {
  const labels = new Uint32Array(height * width);
  const parents = [0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask[start + i] !== 1) continue;
      const above = y > 0 ? (labels[i - width] ?? 0) : 0;
      // What lies above touches all other neighbours and joined them already.
      if (above !== 0) {
        labels[i] = above;
        continue;
      }
      const aboveRight = y > 0 && x < width - 1 ? (labels[i - width + 1] ?? 0) : 0;
      const aboveLeft = y > 0 && x > 0 ? (labels[i - width - 1] ?? 0) : 0;
      // `left` and `aboveLeft` touch each other.
      const left = (x > 0 ? (labels[i - 1] ?? 0) : 0) || aboveLeft;
      if (aboveRight !== 0 && left !== 0) labels[i] = join(parents, aboveRight, left);
      else labels[i] = aboveRight || left || parents.push(parents.length) - 1;
    }
  }

  // A root is the smallest label of its region, so it is met before all that lead to it.
  const numbers = new Uint32Array(parents.length);
  const areas = new Uint32Array(parents.length);
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    if (label === 0) continue;
    const root = rootOf(parents, label);
    const number = numbers[root] || ++count;
    numbers[root] = number;
    labels[i] = number;
    areas[number] = (areas[number] ?? 0) + 1;
  }
  return { labels, count, areas: areas.slice(0, count + 1) };
}

/** Whether a mask has any region. Most images of a test set are good, and a look is cheaper than a search for regions. */
export function hasRegion(mask: ArrayLike<number>, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (mask[i] === 1) return true;
  return false;
}

function rootOf(parents: number[], label: number): number {
  let root = label;
  for (let parent = parents[root] ?? 0; parent !== root; parent = parents[root] ?? 0) root = parent;
  // The next search from here is short.
  for (let at = label; at !== root; ) {
    const next = parents[at] ?? root;
    parents[at] = root;
    at = next;
  }
  return root;
}

function join(parents: number[], a: number, b: number): number {
  const [first, second] = [rootOf(parents, a), rootOf(parents, b)];
  const root = Math.min(first, second);
  parents[Math.max(first, second)] = root;
  return root;
}
