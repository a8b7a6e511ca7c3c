import { describe, expect, it } from 'vitest';
import { conversionSentences, nameOf, skippedSentences, sourceOf } from '../src/node/data';

describe('sourceOf', () => {
  it('takes a lone root for a folder, and one with a category for MVTec AD', () => {
    expect(sourceOf({ root: '/photos' })).toEqual({ dataset: 'folder', root: '/photos', category: null });
    expect(sourceOf({ root: '/m', category: 'screw' })).toEqual({
      dataset: 'mvtec',
      root: '/m',
      category: 'screw',
    });
  });

  it('takes from a run what is not given, but nothing of another kind of data set', () => {
    const run = { dataset: 'mvtec', root: '/m', category: 'screw' } as const;
    expect(sourceOf({}, run)).toEqual(run);
    expect(sourceOf({ category: 'bottle' }, run)).toEqual({ ...run, category: 'bottle' });
    expect(() => sourceOf({ dataset: 'folder' }, run)).toThrow('`root`');
  });

  it('refuses what makes no sense together', () => {
    expect(() => sourceOf({})).toThrow('`root`');
    expect(() => sourceOf({ dataset: 'mvtec', root: '/m' })).toThrow('`category`');
    expect(() => sourceOf({ dataset: 'folder', root: '/m', category: 'x' })).toThrow('no `category`');
    expect(() => sourceOf({ dataset: 'synthetic', root: '/m' })).toThrow('no `root`');
  });

  it('has a name', () => {
    expect(nameOf({ dataset: 'folder', root: '/a/photos', category: null })).toBe('folder / photos');
  });
});

describe('sentences', () => {
  it('say once each what was done to images, and how many', () => {
    expect(
      conversionSentences([
        { what: 'grey repeated', images: 3 },
        { what: 'turned', images: 1 },
      ]),
    ).toEqual(['3 images: grey repeated.', '1 image: turned.']);
    const sizes = Array.from({ length: 60 }, (_, n) => ({
      ...{ what: `resized from ${100 + n}x${90 - n} to 64x64`, images: 2 },
    }));
    expect(conversionSentences([{ what: 'turned', images: 1 }, ...sizes])).toEqual([
      '1 image: turned.',
      '120 images: resized to 64x64 from 60 sizes, from 159x31 to 100x90.',
    ]);
    expect(conversionSentences(sizes.slice(0, 2))).toEqual([
      '2 images: resized from 100x90 to 64x64.',
      '2 images: resized from 101x89 to 64x64.',
    ]);
    expect(skippedSentences([])).toEqual([]);
    const bad = Array.from({ length: 7 }, (_, n) => ({ path: `${n}.png`, reason: '0 bytes' }));
    expect(skippedSentences(bad)[0]).toMatch(
      /^7 images skipped as unreadable: 0\.png \(0 bytes\), .* and 2 more\.$/,
    );
  });
});
