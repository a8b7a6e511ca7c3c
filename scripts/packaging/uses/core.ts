import { holdOut, type ImageRecord, memoryStore, permutation, resizeImage, subset } from '@utad/core';

async function main(): Promise<void> {
  const grey = { height: 1, width: 2, channels: 1 } as const;
  console.log([...resizeImage(Uint8Array.of(0, 100), grey, [1, 4])].join(' ')); // 0 25 75 100
  const record: ImageRecord = {
    id: 'good/0',
    label: 0,
    defectType: 'good',
    image: Uint8Array.of(7),
    size: [1, 1],
    channels: 1,
  };
  const data = {
    count: 10,
    fingerprint: 'ten',
    async *records(order: readonly number[]) {
      for (const index of order) yield { ...record, id: `good/${index}` };
    },
  };
  const { training, heldOut } = holdOut(data, { seed: 0 });
  console.log(training.count, heldOut.count); // 9 1
  for await (const { id } of subset(data, [4, 2]).records([1])) console.log(id); // good/2
  console.log(permutation(4, 1).sort().join(' ')); // 0 1 2 3
  const store = memoryStore();
  await store.replace(new Map([['a', Uint8Array.of(1)]]));
  console.log((await store.list()).join()); // a
}
void main();
