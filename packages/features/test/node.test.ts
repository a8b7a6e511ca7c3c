import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vgg19, WeightsError, weightsSha256 } from '@utad/features';
import { readWeights } from '@utad/features/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { referenceTensors } from './reference';

describe('readWeights', () => {
  let folder = '';

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'utad-perceptual-')), 'my-vgg');
    await mkdir(folder);
    const tensors = referenceTensors();
    const weights = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }));
    const paths = Object.keys(tensors).map((_, i) => `shard${i}`);
    await Promise.all(
      Object.values(tensors).map(({ data }, i) => writeFile(join(folder, `shard${i}`), data)),
    );
    await writeFile(join(folder, 'weights_manifest.json'), JSON.stringify([{ paths, weights }]));
  });

  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('reads a folder or a file in it, under either name, and calls the weights after the folder', async () => {
    const sha256 = weightsSha256(vgg19, referenceTensors());
    expect(await readWeights(vgg19, folder)).toMatchObject({ name: 'my-vgg', sha256 });
    expect(await readWeights(vgg19, join(folder, 'weights_manifest.json'))).toMatchObject({
      name: 'my-vgg',
      sha256,
    });
    await rename(join(folder, 'weights_manifest.json'), join(folder, 'model.json'));
    expect(await readWeights(vgg19, folder, { name: 'other' })).toMatchObject({ name: 'other', sha256 });
  });

  it.each<[string, string, (folder: string) => Promise<string>, RegExp]>([
    [
      'a path that is not there',
      'unreadable',
      async (f) => join(f, 'nowhere'),
      /cannot read .*nowhere: ENOENT/,
    ],
    [
      'a folder without a manifest',
      'unreadable',
      async (f) => {
        await rm(join(f, 'weights_manifest.json'));
        return f;
      },
      /expected weights_manifest.json or model.json or model.safetensors in .*my-vgg, found shard/,
    ],
    [
      'a missing file',
      'unreadable',
      async (f) => {
        await rm(join(f, 'shard3'));
        return f;
      },
      /cannot read .*shard3: ENOENT/,
    ],
    [
      'what is not JSON',
      'malformed',
      async (f) => {
        await writeFile(join(f, 'weights_manifest.json'), '{');
        return f;
      },
      /expected a safetensors file or a manifest in JSON in .*weights_manifest.json/,
    ],
  ])('refuses %s', async (_, problem, prepare, message) => {
    const error: unknown = await readWeights(vgg19, await prepare(folder)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).toMatchObject({ code: problem, message: expect.stringMatching(message) });
  });
});
