import { describe, expect, it } from 'vitest';
import { regionsOf, scaleRegion } from '../src/predict/regions';

describe('regionsOf', () => {
  it('joins pixels that touch at a side or a corner', () => {
    // prettier-ignore
    const map = [5, 0, 0, 0, 0, 3, 0, 2, 0, 0, 0, 2];
    expect(regionsOf(map, [3, 4], 2)).toEqual([
      { box: { x: 0, y: 0, width: 2, height: 2 }, area: 2, peak: 5 },
      { box: { x: 3, y: 1, width: 1, height: 2 }, area: 2, peak: 2 },
    ]);
  });

  it('does not join the end of a row with the start of the next', () => {
    expect(regionsOf([0, 0, 1, 1, 0, 0], [2, 3], 1).map(({ area }) => area)).toEqual([1, 1]);
  });

  it('finds nothing below the threshold, and one region when everything reaches it', () => {
    expect(regionsOf([1, 1, 1, 1], [2, 2], 1.1)).toEqual([]);
    expect(regionsOf([1, 1, 1, 1], [2, 2], 1)).toEqual([
      { box: { x: 0, y: 0, width: 2, height: 2 }, area: 4, peak: 1 },
    ]);
  });

  it('finds one region in a ring, and a second in its middle', () => {
    const map = [...'1111110001101011000111111'].map(Number);
    expect(regionsOf(map, [5, 5], 1).map(({ area }) => area)).toEqual([16, 1]);
  });

  it('manages a region of a million pixels', () => {
    expect(regionsOf(new Float32Array(1e6).fill(1), [1000, 1000], 1)).toMatchObject([{ area: 1e6 }]);
  });

  it('refuses a map of another size', () => {
    expect(() => regionsOf([1, 2, 3], [2, 2], 1)).toThrow('expected 2 x 2 values, received 3');
  });
});

describe('scaleRegion', () => {
  it('brings a region to the pixels of the image, outwards to whole ones', () => {
    const region = { box: { x: 1, y: 2, width: 1, height: 3 }, area: 3, peak: 7 };
    expect(scaleRegion(region, [10, 10], [20, 25])).toEqual({
      box: { x: 2, y: 4, width: 3, height: 6 },
      area: 15,
      peak: 7,
    });
  });
});
