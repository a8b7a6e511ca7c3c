import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { augmented, MNIST } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';

// Two images of 2x2 pixels, a 7 and an 8, as MNIST's own files hold them.
const root = await mkdtemp(join(tmpdir(), 'mnist-'));
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 8);
const shape = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2];
const images = Uint8Array.of(...shape, 0, 9, 9, 0, 255, 0, 0, 255);
await writeFile(join(root, 'train-labels-idx1-ubyte'), labels);
await writeFile(join(root, 'train-images-idx3-ubyte'), images);

const eights = await openDataset(MNIST, { root, normalClass: 8, split: 'train', size: [4, 4] });
const varied = augmented(eights, { flipHorizontal: true, rotation: 5 });
console.log(varied.count); // 1
for await (const { id, label, defectType, channels, image } of varied.records([0])) {
  console.log(id, label, defectType); // train/00001 0 8
  console.log(image.length === 4 * 4 * channels); // true
}
