import { type Dataset, holdOut, type ImageRecord, readImages, resizeImage } from '@utad/core';

// Ten grey images of 4x4, brought to 2x2 as every loader does it.
const records = Array.from({ length: 10 }, (_, index): ImageRecord => {
  const drawn = new Uint8Array(16).fill(index * 20);
  const image = resizeImage(drawn, { height: 4, width: 4, channels: 1 }, [2, 2]);
  return { id: `good/${index}`, label: 0, defectType: 'good', image, size: [2, 2], channels: 1 };
});
const data: Dataset = {
  count: records.length,
  fingerprint: 'ten greys',
  async *records(order) {
    for (const index of order) yield* records.slice(index, index + 1);
  },
};
const { training, heldOut } = holdOut(data, { fraction: 0.2, seed: 0 });
console.log(training.count, heldOut.count); // 8 2
for await (const { images } of readImages(heldOut, { size: [2, 2] })) {
  console.log(images.shape, images.data.length); // [ 2, 2, 2, 3 ] 24
}
