import { describe, expect, it } from 'vitest';
import { ahead } from '../../src/node/pipeline/ahead';

/** Work that ends when it is told to. */
function controlled() {
  const started: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const work = (item: number) =>
    new Promise<number>((resolve, reject) => {
      started.push(item);
      ends.set(item, (error) => (error === undefined ? resolve(item * 10) : reject(error)));
    });
  return { started, work, end: (item: number, error?: Error) => ends.get(item)?.(error) };
}

const ITEMS = [0, 1, 2, 3, 4, 5];

describe('working ahead', () => {
  it('yields in the order of the items, whichever is ready first', async () => {
    const { work, end } = controlled();
    const results: [number, number][] = [];
    const reading = (async () => {
      for await (const result of ahead(ITEMS, 6, work)) results.push(result);
    })();
    for (const item of ITEMS.toReversed()) {
      expect(results).toEqual([]);
      end(item);
      await Promise.resolve();
    }
    await reading;
    expect(results).toEqual(ITEMS.map((item) => [item, item * 10]));
  });

  it('has as many in work as it may while the reader holds a result, and never more', async () => {
    const { started, work, end } = controlled();
    const results = ahead(ITEMS, 2, work);
    const first = results.next();
    expect(started).toEqual([0, 1]);
    end(1);
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    end(0);
    await first;
    expect(started).toEqual([0, 1, 2]);
    await results.next();
    expect(started).toEqual([0, 1, 2, 3]);
    for (const item of ITEMS) end(item);
    await results.return(undefined);
  });

  it('fails when it is the turn of what failed, and waits for the rest', async () => {
    const { started, work, end } = controlled();
    const results = ahead(ITEMS, 3, work);
    const first = results.next();
    end(1, new Error('one'));
    end(0);
    expect(await first).toEqual({ done: false, value: [0, 0] });
    let failed = false;
    const second = results.next().catch((error: Error) => {
      failed = true;
      return error.message;
    });
    await new Promise((done) => setTimeout(done, 10));
    expect(failed).toBe(false);
    for (const item of started) end(item);
    expect(await second).toBe('one');
  });

  it('of nothing is nothing', async () => {
    expect(await ahead([], 4, async () => 1).next()).toEqual({ done: true, value: undefined });
  });
});
