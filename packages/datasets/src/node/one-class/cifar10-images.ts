import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../../errors';
import { CIFAR10_SIZE, parseCifar10 } from '../../formats/cifar10';
import { kindOf } from '../image-paths';
import { unreadable } from '../unreadable';
import type { ClassImages } from './class-images';

const FILES = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ['test_batch.bin'],
} as const;
/** Ten times an official batch; more is no batch of CIFAR-10. */
const MOST_BYTES = 10 * 30_730_000;

/** The images of CIFAR-10's binary version, a batch at a time. */
export async function* cifar10Images(root: string, split: 'train' | 'test'): AsyncGenerator<ClassImages> {
  const inner = join(root, 'cifar-10-batches-bin');
  const folder = (await kindOf(inner)) === 'folder' ? inner : root;
  const paths = FILES[split].map((name) => join(folder, name));
  for (const path of paths) {
    if ((await kindOf(path)) !== 'file') {
      throw new DatasetError(
        'split-missing',
        `expected ${FILES[split].join(', ')} in ${folder}, found no ${path}`,
      );
    }
  }
  for (const path of paths) {
    const { labels, image } = parseCifar10(await readBatch(path), path);
    yield { layout: { height: CIFAR10_SIZE[0], width: CIFAR10_SIZE[1], channels: 3 }, labels, image };
  }
}

async function readBatch(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) {
      throw new DatasetError(
        'format',
        `CIFAR-10: expected at most ${MOST_BYTES} bytes in ${path}, received ${size}`,
      );
    }
    return await readFile(path);
  } catch (error) {
    throw error instanceof DatasetError ? error : unreadable(path, error);
  }
}
