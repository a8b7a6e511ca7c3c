import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { MNIST, MVTEC_AD } from '@utad/datasets';
import { folder, manifest, openDataset } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { writeBytes, writeDigits } from './class-files';
import { writeGrey } from './pictures';
import { inTempFolder } from './temp-folder';

const size = [4, 4] as const;
describe('what may not be read', () => {
  const secret = [
    [
      'a folder of classes',
      (root: string) => openDataset(MNIST, { root, normalClass: 5, split: 'train', size }),
    ],
    ['a folder of images', (root: string) => folder({ root, split: 'test', size })],
    ['a tree', (root: string) => openDataset(MVTEC_AD, { root, category: 'a', split: 'test', size })],
    ['a manifest', (root: string) => manifest({ file: join(root, 'list.csv'), size })],
  ] as const;
  it.each(secret)('is said of %s', (_, open) =>
    inTempFolder(async (root) => {
      await writeDigits(root, { train: [5], test: [5] }, { size });
      await writeGrey(join(root, 'good/1.png'));
      await writeGrey(join(root, 'a/test/cut/1.png'));
      await writeBytes(join(root, 'list.csv'), 'path,label\na.png,0\n');
      await asNobody(root, async () => {
        await expect(open(root)).rejects.toMatchObject({
          code: 'unreadable',
          message: expect.stringMatching(/^expected to read .*, received EACCES$/),
        });
      });
    }),
  );
});

/** Takes all rights to a folder away, those of an administrator included. */
async function asNobody(root: string, work: () => Promise<void>): Promise<void> {
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined) throw new Error('expected a system with users');
  const user = geteuid.call(process);
  await chmod(root, 0);
  if (user === 0) seteuid.call(process, 65534);
  try {
    await work();
  } finally {
    if (user === 0) seteuid.call(process, user);
    await chmod(root, 0o700);
  }
}
