import { describe, expect, it } from 'vitest';
import { conversionSentences, skippedSentences } from '../src/data/sentences';
import { nameOf, sourceOf } from '../src/data/source';
import { InterruptedError, PartlyFailedError, UsageError } from '../src/errors';
import { inOrder, partName, symbolOf } from '../src/evaluate/symbols';
import { exitCodeOf, oneLine } from '../src/exit-code';

describe('exit codes', () => {
  const named = (name: string, fields: object) => Object.assign(new Error('x'), { name }, fields);

  it('are 2 for a wrong command line, and for paths and categories that do not exist', () => {
    expect(exitCodeOf(new UsageError('x'))).toBe(2);
    expect(exitCodeOf(named('CommanderError', { exitCode: 1 }))).toBe(2);
    expect(exitCodeOf(named('DatasetError', { code: 'category-unknown' }))).toBe(2);
    expect(exitCodeOf(named('WeightsError', { problem: 'unreadable' }))).toBe(2);
  });

  it('are 1 for what failed, 130 for what was interrupted, 0 for help', () => {
    expect(exitCodeOf(named('DatasetError', { code: 'mask-missing' }))).toBe(1);
    expect(exitCodeOf(named('ImageError', {}))).toBe(1);
    expect(exitCodeOf(named('BundleError', { check: 'hash' }))).toBe(1);
    expect(exitCodeOf(new PartlyFailedError('x'))).toBe(1);
    expect(exitCodeOf('a string')).toBe(1);
    expect(exitCodeOf(new InterruptedError('x'))).toBe(130);
    expect(exitCodeOf(named('CommanderError', { exitCode: 0 }))).toBe(0);
  });

  it('come with one line, however many an error has', () => {
    expect(oneLine(new Error("error: unknown option '--x'\n(Did you mean --y?)"))).toBe(
      "unknown option '--x' (Did you mean --y?)",
    );
    expect(oneLine(new Error('a kind \u001b[2J of\r\tmine'))).toBe('a kind  [2J of  mine');
  });
});

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
    expect(() => sourceOf({ dataset: 'folder' }, run)).toThrow('--root');
  });

  it('refuses what makes no sense together', () => {
    expect(() => sourceOf({})).toThrow('--root');
    expect(() => sourceOf({ dataset: 'mvtec', root: '/m' })).toThrow('--category');
    expect(() => sourceOf({ dataset: 'folder', root: '/m', category: 'x' })).toThrow('no --category');
    expect(() => sourceOf({ dataset: 'synthetic', root: '/m' })).toThrow('no --root');
  });

  it('has a name', () => {
    expect(nameOf({ dataset: 'folder', root: '/a/photos', category: null })).toBe('folder / photos');
  });
});

describe('symbols', () => {
  it('are those of the paper, and images of other detectors keep their names', () => {
    expect(partName('pair/x, reconstruction')).toBe('φ(x, x̂)');
    expect(partName('layer/conv1_2')).toBe('conv1_2');
    const images = { other: 1, reconstruction: 2, naiveImpression: 3, impression: 4 };
    expect(inOrder(images).map(([key]) => symbolOf(key))).toEqual(['m', 'm̂', 'x̂', 'other']);
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
    expect(skippedSentences([])).toEqual([]);
    const bad = Array.from({ length: 7 }, (_, n) => ({ path: `${n}.png`, reason: '0 bytes' }));
    expect(skippedSentences(bad)[0]).toMatch(
      /^7 images skipped as unreadable: 0\.png \(0 bytes\), .* and 2 more\.$/,
    );
  });
});
