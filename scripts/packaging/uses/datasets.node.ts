import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError } from '@utad/datasets';
import { mvtec, writeSynthetic } from '@utad/datasets/node';

async function main(): Promise<void> {
  const out = await mkdtemp(join(tmpdir(), 'utad-'));
  try {
    const root = join(out, 'data');
    await writeSynthetic({
      out: root,
      categories: ['button'],
      train: 2,
      good: 1,
      defective: 1,
      size: [32, 32],
    });
    const train = await mvtec({ root, category: 'button', split: 'train', size: [16, 16] });
    console.log(train.count); // 2
    for await (const { image, label } of train.records([1])) console.log(image.length, label); // 768 0
    await mvtec({ root, category: 'screw', split: 'train', size: [16, 16] });
  } catch (error) {
    console.log(error instanceof DatasetError && error.code); // category-unknown
  } finally {
    await rm(out, { recursive: true });
  }
}
void main();
