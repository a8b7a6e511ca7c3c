import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listInputs } from '@utad/pipeline/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectFree } from '../src/predict';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-inputs-'));
  for (const name of ['a/1.png', 'a/1.jpg', 'b/1.png', 'b/I.PNG', 'b/i.jpg']) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
  }
});
afterEach(() => rm(folder, { recursive: true }));

describe('what is written of an image to predict', () => {
  it('is not written over, raw maps as well', async () => {
    const out = join(folder, 'out');
    await mkdir(out);
    const images = ['a', 'b'].map((name) => join(folder, name));
    const free = async (tiff: boolean) => expectFree(await listInputs(images, { out, tiff }));
    await expect(listInputs(images, { out, tiff: true })).resolves.toHaveLength(5);
    await free(true);
    await writeFile(join(out, 'I-2.tiff'), '');
    await expect(free(true)).rejects.toThrow(
      /^--out: expected no file .*I-2\.tiff, but it exists; --force writes over it$/,
    );
    await expect(free(false)).resolves.toBeUndefined();
  });
});
