import { type Dataset, holdOut, subset } from '@utad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';

const size = [1, 1] as const;

async function idsOf(data: Dataset): Promise<string[]> {
  const ids: string[] = [];
  const order = Array.from({ length: data.count }, (_, index) => index);
  for await (const { id } of data.records(order)) ids.push(id);
  return ids;
}

describe('subset', () => {
  it('reads the records at its indices, by its own positions', async () => {
    const view = subset(randomData(5, { size }), [4, 0, 2]);
    expect(view.count).toBe(3);
    expect(await idsOf(view)).toEqual(['4', '0', '2']);
  });

  it('has a fingerprint of its own for every choice', () => {
    const data = randomData(5, { size });
    const prints = [data, subset(data, [0, 1]), subset(data, [0, 2]), subset(data, [1, 0])].map(
      ({ fingerprint }) => fingerprint,
    );
    expect(new Set(prints).size).toBe(4);
  });

  it('refuses a position outside', () => {
    const view = subset(randomData(5, { size }), [4, 0]);
    expect(() => view.records([2])).toThrow('subset: expected an index below 2, received 2');
  });
});

describe('holdOut', () => {
  it('splits a dataset into two that share nothing and lack nothing', async () => {
    const options = fc.record({ fraction: fc.double({ min: 0, max: 0.9, noNaN: true }), seed: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 60 }), options, async (count, choice) => {
        const { training, heldOut } = holdOut(randomData(count, { size }), choice);
        expect(heldOut.count).toBe(Math.max(1, Math.round(count * choice.fraction)));
        const all = [...(await idsOf(training)), ...(await idsOf(heldOut))].map(Number);
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps a tenth out by default, chosen by the seed', async () => {
    const data = randomData(40, { size });
    const kept = async (seed: number) => idsOf(holdOut(data, { seed }).heldOut);
    expect(await kept(1)).toHaveLength(4);
    expect(await kept(1)).toEqual(await kept(1));
    expect(await kept(1)).not.toEqual(await kept(2));
  });

  it('refuses what cannot be split', () => {
    expect(() => holdOut(randomData(1, { size }))).toThrow(
      'holdOut: expected at least 2 images to split, received 1',
    );
  });
});
