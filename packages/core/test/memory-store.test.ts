import { memoryStore } from '@utad/core';
import { expect, it } from 'vitest';

it('holds what it was last given, and nothing else', async () => {
  const store = memoryStore();
  expect(await store.list()).toEqual([]);
  await store.replace(new Map([['a', Uint8Array.of(1, 2, 3, 4)]]));
  await store.replace(
    new Map([
      ['b/c', Uint8Array.of(5, 6, 7, 8)],
      ['d', Uint8Array.of()],
    ]),
  );
  expect(await store.list()).toEqual(['b/c', 'd']);
  expect(await store.read('b/c')).toEqual(Uint8Array.of(5, 6, 7, 8));
  expect(await store.read('b/c', { offset: 1, length: 2 })).toEqual(Uint8Array.of(6, 7));
  await expect(store.read('a')).rejects.toThrow('store: expected a file a, received none of that name');
});
