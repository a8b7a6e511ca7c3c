import { reductionName, Words } from '@utad/pipeline';
import { twoStageKind } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';

describe('words', () => {
  const words = new Words('two-stage', twoStageKind.describe);

  it('are those of the paper, and images of other detectors keep their names', () => {
    expect(words.part('pair/x, reconstruction')).toBe('φ(x, x̂)');
    expect(words.part('layer/conv1_2')).toBe('conv1_2');
    const images = { other: 1, reconstruction: 2, naiveImpression: 3, impression: 4 };
    expect(words.inOrder(images).map(([key]) => words.symbol(key))).toEqual(['m', 'm̂', 'x̂', 'other']);
    expect(words.picture('reconstruction')).toEqual({ name: 'reconstruction', symbol: 'x̂' });
    expect(words.score).toBe('two-stage, e of Eq. 8');
    expect(words.codes).toMatch(/mean of z/);
  });

  it('of a kind that describes nothing are its own names', () => {
    const plain = new Words('mean-image');
    expect([plain.score, plain.symbol('half'), plain.part('layer/a'), plain.part('whole')]).toEqual([
      'mean-image',
      'half',
      'a',
      'whole',
    ]);
    expect(plain.picture('half')).toEqual({ name: 'half', symbol: '' });
    expect([plain.codes, plain.changes, plain.differences, plain.goals]).toEqual([
      undefined,
      undefined,
      [],
      [],
    ]);
  });

  it('name how a score comes from a map', () => {
    expect(reductionName('max')).toBe('maximum');
    expect(reductionName({ quantile: 0.99 })).toBe('0.99 quantile');
    expect(reductionName({ highest: 0.01 })).toBe('mean of the highest 1 %');
    expect(reductionName(null)).toBeUndefined();
  });
});
