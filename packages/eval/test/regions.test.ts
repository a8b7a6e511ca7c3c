import { readFileSync } from 'node:fs';
import type { Size } from '@utad/core';
import { connectedRegions, MetricError, regionsAt } from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  size: [number, number];
  masks: number[];
  maps: number[];
  regions: { labels: number[]; regions: unknown[] }[];
}
const cases: Case[] = JSON.parse(readFileSync(new URL('fixtures/pixels.json', import.meta.url), 'utf8'));

/** A picture of a mask, `#` for anomalous. */
function maskOf(...rows: string[]): { mask: number[]; size: Size } {
  return {
    mask: rows
      .join('')
      .split('')
      .map((character) => Number(character === '#')),
    size: [rows.length, rows[0]?.length ?? 0],
  };
}

it.each(cases)(
  'scipy finds the same regions, boxes, areas and peaks: $name',
  ({ size, masks, maps, regions }) => {
    const pixels = size[0] * size[1];
    for (const [index, expected] of regions.entries()) {
      const part = (values: number[]) => values.slice(index * pixels, (index + 1) * pixels);
      const found = connectedRegions(part(masks), size, part(maps));
      expect([...found.labels]).toEqual(expected.labels);
      expect(found.regions).toEqual(expected.regions);
    }
  },
);

describe('regions', () => {
  it('hold pixels that touch at a corner only', () => {
    const { mask, size } = maskOf('#..', '.#.', '#..');
    expect(connectedRegions(mask, size).regions).toEqual([
      { box: { x: 0, y: 0, width: 2, height: 3 }, area: 3 },
    ]);
  });

  it('join where two arms meet below', () => {
    const { mask, size } = maskOf('#...#.#', '#...#.#', '#.#.#.#', '.#.#.#.');
    const { labels, regions } = connectedRegions(mask, size);
    expect(regions.map(({ area }) => area)).toEqual([13]);
    expect([...labels]).toEqual(mask);
  });

  it('do not join across the ends of rows', () => {
    const { mask, size } = maskOf('...#', '....', '#...', '...#', '#...');
    expect(connectedRegions(mask, size).regions).toHaveLength(4);
  });

  it('are none in a mask of zeros', () => {
    expect(connectedRegions([0, 0], [1, 2]).regions).toEqual([]);
  });

  it('are those that spreading from each pixel in turn finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.constantFrom(0, 0, 1), { minLength: 144, maxLength: 144 }),
        (height, width, values) => {
          const mask = values.slice(0, height * width);
          expect([...connectedRegions(mask, [height, width]).labels]).toEqual(floodFill(mask, height, width));
        },
      ),
    );
  });

  it('of a map are those of its pixels at or over the threshold, the highest peak first', () => {
    const map = [0.6, 0, 0, 0, 0, 0.5, 0, 0.9, 0.5];
    expect(regionsAt(map, [3, 3], 0.5)).toEqual([
      { box: { x: 1, y: 1, width: 2, height: 2 }, area: 3, peak: 0.9 },
      { box: { x: 0, y: 0, width: 1, height: 1 }, area: 1, peak: 0.6 },
    ]);
    expect(regionsAt(map, [3, 3], Number.POSITIVE_INFINITY)).toEqual([]);
    expect(regionsAt(map, [3, 3], 0)).toHaveLength(1);
  });

  it('refuse what is no map or mask of the size', () => {
    const codeOf = (call: () => unknown) => {
      try {
        call();
      } catch (error) {
        return error instanceof MetricError ? error.code : error;
      }
      return 'no error';
    };
    expect(codeOf(() => connectedRegions([1, 0, 0], [2, 2]))).toBe('length');
    expect(codeOf(() => connectedRegions([1, 0, 0, 0], [1, 2]))).toBe('length');
    expect(codeOf(() => connectedRegions([1, 0, 0, 0], [2, 2], [1]))).toBe('length');
    expect(codeOf(() => connectedRegions([1, 0, 0, 0], [2, 2], [0, 0, 0, Number.NaN]))).toBe('not-finite');
    expect(codeOf(() => connectedRegions([2], [1, 1]))).toBe('label');
    expect(codeOf(() => connectedRegions([1], [1, 0.5]))).toBe('range');
    expect(codeOf(() => regionsAt([Number.NaN], [1, 1], 0))).toBe('not-finite');
    expect(codeOf(() => regionsAt([1], [1, 1], Number.NaN))).toBe('range');
    expect(codeOf(() => regionsAt([1, 2], [1, 1], 0))).toBe('length');
  });
});

/** Region numbers by spreading from each unnumbered pixel in turn. */
function floodFill(mask: readonly number[], height: number, width: number): number[] {
  const labels = mask.map(() => 0);
  let count = 0;
  mask.forEach((value, start) => {
    if (value === 0 || labels[start] !== 0) return;
    count++;
    const waiting = [start];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (mask[at] !== 1 || labels[at] !== 0) continue;
      labels[at] = count;
      const [y, x] = [Math.floor(at / width), at % width];
      for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
        for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
          waiting.push(row * width + column);
        }
      }
    }
  });
  return labels;
}
