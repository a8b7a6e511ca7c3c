import { statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeWeights, featureScale, torchvisionPreprocessing, vgg19, weightsSha256 } from '@utad/features';
import { bundledVgg19Weights } from '@utad/features/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundled } from '../src/node/bundled-weights';
import { problemOf } from './problem-of';
import { referenceTensors } from './reference';

describe('the weights that come with the package', () => {
  const file = new URL('../weights/utad-vgg19.safetensors', import.meta.url);
  let folder = '';
  beforeEach(async () => {
    // A space, as in a path that a URL writes otherwise.
    folder = await mkdtemp(join(tmpdir(), 'utad bundled '));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const module = () => pathToFileURL(join(folder, 'dist', 'node', 'bundled-weights.cjs')).href;

  it('are read from the folder beside dist, under the name that the file has for them', async () => {
    const tensors = referenceTensors();
    const sha256 = weightsSha256(vgg19, tensors);
    await mkdir(join(folder, 'weights'));
    await writeFile(
      join(folder, 'weights', 'utad-vgg19.safetensors'),
      encodeWeights({
        backbone: vgg19,
        name: 'ours',
        sha256,
        preprocessing: torchvisionPreprocessing,
        tensors,
      }),
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

  it('is half of VGG-19 in width, named, of the hash that the model card gives, and under 5 MB', async () => {
    const { name, sha256, preprocessing, tensors } = await bundledVgg19Weights();
    expect({ name, sha256, preprocessing }).toEqual({
      name: 'utad-vgg19',
      sha256: 'edcadeb670c871bd2aee837fea11a877d8b2e2e7b9e752a20b2eae5eb4767534',
      preprocessing: torchvisionPreprocessing,
    });
    expect(weightsSha256(vgg19, tensors)).toBe(sha256);
    const widths = Object.entries(tensors).flatMap(([key, { shape }]) => (key.endsWith('bias') ? shape : []));
    expect(widths).toEqual([32, 32, 64, 64, 128, 128, 128, 128]);
    expect(statSync(file).size).toBeLessThan(5e6);
  });

  it('has features that are neither dead nor without bound, in every layer', async () => {
    const scale = featureScale(await bundledVgg19Weights());
    for (const mean of Object.values(scale)) {
      expect(mean).toBeGreaterThan(0.05);
      expect(mean).toBeLessThan(5);
    }
  });
});
