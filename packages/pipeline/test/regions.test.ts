import { regionsAt } from '@utad/eval';
import { scaleRegion } from '@utad/pipeline';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('regionsAt', () => {
  it('joins pixels that touch at a side or a corner', () => {
    // prettier-ignore
    const map = [5, 0, 0, 0, 0, 3, 0, 2, 0, 0, 0, 2];
    expect(regionsAt(map, [3, 4], 2)).toEqual([
      { box: { x: 0, y: 0, width: 2, height: 2 }, area: 2, peak: 5 },
      { box: { x: 3, y: 1, width: 1, height: 2 }, area: 2, peak: 2 },
    ]);
  });

  it('does not join the end of a row with the start of the next', () => {
    expect(regionsAt([0, 0, 1, 1, 0, 0], [2, 3], 1).map(({ area }) => area)).toEqual([1, 1]);
  });

  it('finds nothing below the threshold, and one region when everything reaches it', () => {
    expect(regionsAt([1, 1, 1, 1], [2, 2], 1.1)).toEqual([]);
    expect(regionsAt([1, 1, 1, 1], [2, 2], 1)).toEqual([
      { box: { x: 0, y: 0, width: 2, height: 2 }, area: 4, peak: 1 },
    ]);
  });

  it('finds one region in a ring, and a second in its middle', () => {
    const map = [...'1111110001101011000111111'].map(Number);
    expect(regionsAt(map, [5, 5], 1).map(({ area }) => area)).toEqual([16, 1]);
  });

  it('manages a region of a million pixels', () => {
    expect(regionsAt(new Float32Array(1e6).fill(1), [1000, 1000], 1)).toMatchObject([{ area: 1e6 }]);
  });

  it('refuses a map of another size', () => {
    expect(() => regionsAt([1, 2, 3], [2, 2], 1)).toThrow(
      'expected whole maps of 2 x 2 pixels, received 3 pixels',
    );
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

  it('never reaches beyond the image, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(side, side, (from, to) => {
        const whole = { box: { x: 0, y: 0, width: from, height: from }, area: from * from, peak: 1 };
        expect(scaleRegion(whole, [from, from], [to, to])).toEqual({
          box: { x: 0, y: 0, width: to, height: to },
          area: to * to,
          peak: 1,
        });
      }),
    );
  });
});
