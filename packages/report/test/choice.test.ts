import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, Choice } from '../src/node/gallery/choice';

function kept(candidates: readonly Candidate[], most: number): Candidate[] {
  const choice = new Choice(most);
  const left = new Map<string, Candidate>();
  for (const candidate of candidates) {
    left.set(candidate.id, candidate);
    const dropped = choice.add(candidate);
    if (dropped !== undefined) left.delete(dropped);
  }
  return [...left.values()];
}

const candidates = fc
  .array(
    fc.record({
      defectType: fc.constantFrom('good', 'hole', 'scratch'),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      wrong: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((all) => all.map((each, i): Candidate => ({ ...each, id: String(i) })));
const most = fc.integer({ min: 1, max: 40 });

describe('a choice of images', () => {
  it('keeps as many as it may, and never gives up a wrong one for another', () => {
    fc.assert(
      fc.property(candidates, most, (all, limit) => {
        const left = kept(all, limit);
        expect(left).toHaveLength(Math.min(all.length, limit));
        const wrong = all.filter((candidate) => candidate.wrong).length;
        expect(left.filter((candidate) => candidate.wrong)).toHaveLength(Math.min(wrong, limit));
      }),
    );
  });

  it('divides what is left evenly among the types that have enough', () => {
    const right = (defectType: string, count: number) =>
      Array.from(
        { length: count },
        (_, i): Candidate => ({ id: `${defectType} ${i}`, defectType, score: i, wrong: false }),
      );
    const left = kept([...right('good', 100), ...right('hole', 3), ...right('scratch', 50)], 23);
    const countOf = (defectType: string) =>
      left.filter((candidate) => candidate.defectType === defectType).length;
    expect([countOf('good'), countOf('hole'), countOf('scratch')]).toEqual([10, 3, 10]);
  });

  it('keeps the lowest and the highest score of a type, and covers those between', () => {
    // 101 scores close together at one end and one far away: what stays must not all be of the crowd.
    const scores = [...Array.from({ length: 101 }, (_, i) => i / 1000), 1, 2, 3];
    const left = kept(
      scores.map((score, i) => ({ id: String(i), defectType: 'good', score, wrong: false })),
      6,
    )
      .map(({ score }) => score)
      .sort((a, b) => a - b);
    expect(left[0]).toBe(0);
    expect(left.slice(-3)).toEqual([1, 2, 3]);
  });
});
