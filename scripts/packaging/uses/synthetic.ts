import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { SyntheticError } from '@utad/synthetic';
import { writeSynthetic } from '@utad/synthetic/node';

const out = await mkdtemp(join(tmpdir(), 'utad-'));
try {
  const root = join(out, 'data');
  const counts = { train: 2, good: 1, defective: 1, size: [32, 32] } as const;
  await writeSynthetic({ out: root, categories: ['button'], ...counts });
  const train = await openDataset(MVTEC_AD, { root, category: 'button', split: 'train', size: [16, 16] });
  console.log(train.count); // 2
  for await (const { image, label } of train.records([1])) console.log(image.length, label); // 768 0
  await writeSynthetic({ out: root, categories: ['button'], ...counts });
} catch (error) {
  console.log(error instanceof SyntheticError && error.code); // exists
} finally {
  await rm(out, { recursive: true });
}
