// Images for your own network, from MVTec AD or a folder laid out like it. Run as
//
//   node loaders-only.mjs mvtec_ad screw        or        node loaders-only.mjs
//
// Without arguments a small synthetic data set is drawn and written first.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyIndex, holdOut } from '@utad/core';
import { MVTEC_AD } from '@utad/datasets';
import { openDataset, treeCategories } from '@utad/datasets/node';
import { useBackend } from '@utad/runtime/node';
import { writeSynthetic } from '@utad/synthetic/node';
import { readBatches } from '@utad/training';

await useBackend();
const [given, category = 'washer'] = process.argv.slice(2);
const scratch = await mkdtemp(join(tmpdir(), 'utad-loaders-'));
try {
  const root = given ?? join(scratch, 'synthetic');
  if (given === undefined) {
    await writeSynthetic({ out: root, categories: ['washer', 'wood'], train: 10, good: 4, defective: 1 });
  }
  console.log(`categories: ${(await treeCategories(MVTEC_AD, root)).join(', ')}`);

  const size = /** @type {const} */ ([64, 64]);
  const train = await openDataset(MVTEC_AD, { root, category, split: 'train', size });
  const { training, heldOut } = holdOut(train, { seed: 0 });
  console.log(`${train.count} good images: ${training.count} to train on, ${heldOut.count} held out`);

  // Plain records, in any order: what an index gives never depends on what was read before.
  const test = await openDataset(MVTEC_AD, { root, category, split: 'test', size });
  for await (const { id, label, image, mask } of test.records([test.count - 1, 0])) {
    const share = mask === undefined ? 'unknown' : mask.filter((value) => value === 1).length / mask.length;
    console.log(`${id}: label ${label}, ${image.length} bytes, share of defective pixels ${share}`);
  }

  // Or tensors: [B, 64, 64, 3], float32 in [0, 1]. Whoever iterates disposes of them.
  const order = everyIndex(training);
  for await (const { images, records } of readBatches(training, { order, batchSize: 8, size })) {
    console.log(
      `batch [${images.shape}] of ${records.length} images, mean ${images.mean().dataSync()[0]?.toFixed(3)}`,
    );
    images.dispose();
  }
} finally {
  await rm(scratch, { recursive: true });
}
