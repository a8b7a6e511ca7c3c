import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError, MNIST, MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'utad-'));
  try {
    const shape = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2];
    await writeFile(join(root, 'train-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 3));
    await writeFile(join(root, 'train-images-idx3-ubyte'), Uint8Array.of(...shape, 0, 100));
    const train = await openDataset(MNIST, { root, normalClass: 3, split: 'train', size: [1, 4] });
    for await (const { image, label } of train.records([0])) console.log(image.join(' '), label); // 0 25 75 100 0
    await openDataset(MVTEC_AD, { root, category: 'screw', split: 'train', size: [16, 16] });
  } catch (error) {
    console.log(error instanceof DatasetError && error.code); // category-unknown
  } finally {
    await rm(root, { recursive: true });
  }
}
void main();
