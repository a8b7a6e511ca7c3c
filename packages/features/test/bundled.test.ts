import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { torchvisionPreprocessing, vgg19Sha256 } from '@utad/perceptual';
import { encodeVgg19Weights } from '@utad/perceptual/load';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundled } from '../src/node/bundled-weights';
import { problemOf } from './problem-of';
import { referenceTensors } from './reference';

describe('the weights that come with the package', () => {
  let folder = '';
  beforeEach(async () => {
    // A space, as in a path that a URL writes otherwise.
    folder = await mkdtemp(join(tmpdir(), 'utad bundled '));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const module = () => pathToFileURL(join(folder, 'dist', 'node', 'bundled-weights.cjs')).href;

  it('are read from the folder beside dist, under the name that the file has for them', async () => {
    const tensors = referenceTensors();
    const sha256 = vgg19Sha256(tensors);
    await mkdir(join(folder, 'weights'));
    await writeFile(
      join(folder, 'weights', 'utad-vgg19.safetensors'),
      encodeVgg19Weights({ name: 'ours', sha256, preprocessing: torchvisionPreprocessing, tensors }),
    );
    expect(await readBundled(module())).toMatchObject({ name: 'ours', sha256 });
  });

  it('are refused in one line where the file was left behind', async () => {
    const error = await problemOf(readBundled(module()));
    expect(error.code).toBe('unreadable');
    expect(error.message).toContain(
      `cannot read ${join(folder, 'weights', 'utad-vgg19.safetensors')}: ENOENT`,
    );
  });
});
