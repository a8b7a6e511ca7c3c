import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackboneWeights,
  encodeWeights,
  isWeightsOf,
  randomWeights,
  resnet18,
  vgg19,
} from '@utad/features';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assetTitle, loaderOf } from '../src/node/assets';

describe('the loader of a backbone other than VGG-19', () => {
  const loader = loaderOf('resnet18');
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'utad-assets-'));
    vi.stubEnv('XDG_CACHE_HOME', folder);
    vi.stubEnv('LOCALAPPDATA', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it('is there for each, by its name', () => {
    expect(['vgg19', 'resnet18', 'wide-resnet50'].map(assetTitle)).toEqual([
      'VGG-19 weights',
      'ResNet-18 weights',
      'WideResNet-50 weights',
    ]);
    expect(() => loaderOf('resnet')).toThrow(
      'expected one of the assets vgg19, resnet18, wide-resnet50, received resnet',
    );
  });

  it('makes random weights, and those of a seed that a bundle names', async () => {
    const onEvent = vi.fn();
    expect(await loader.choose({ named: 'random' })).toBe('random');
    const made = await loader.load('random', { onEvent });
    expect(isWeightsOf(resnet18, made)).toBe(true);
    expect(isWeightsOf(vgg19, made)).toBe(false);
    expect(onEvent).toHaveBeenCalledWith({
      type: 'note',
      message: expect.stringMatching(/^ResNet-18: random/),
    });
    const { name, sha256 } = randomWeights(resnet18, 3);
    expect(await loader.find({ name, sha256, seed: 3 }, {})).toMatchObject({ name, sha256 });
  });

  it('reads a file that is named, also for a bundle that was made with it', async () => {
    const { seed: _, ...random } = randomWeights(resnet18, 4);
    const weights: BackboneWeights = { ...random, name: 'mine' };
    const path = join(folder, 'mine.safetensors');
    await writeFile(path, encodeWeights(weights));
    expect(await loader.choose({ named: path })).toBe(path);
    expect(await loader.load(path, {})).toMatchObject({ name: 'mine', sha256: weights.sha256 });
    const wanted = { name: 'mine', sha256: weights.sha256 };
    expect(await loader.find(wanted, { fallback: path, offline: true })).toMatchObject(wanted);
    await expect(loader.find(wanted, { offline: true })).rejects.toThrow(
      `expected the ResNet-18 weights "mine" (SHA-256 ${weights.sha256}); give them with \`assets.resnet18\` PATH|URL`,
    );
  });

  it('says in one line that there are none, and that none come bundled', async () => {
    await expect(loader.choose({ offline: true })).rejects.toThrow(
      'expected the ResNet-18 weights; none are in the cache; give them with `assets.resnet18` PATH|URL or `fallbackAssets.resnet18`',
    );
    await expect(loader.choose({ named: 'bundled' })).rejects.toThrow(
      'expected the ResNet-18 weights; none come bundled; give them with `assets.resnet18` PATH|URL',
    );
    await expect(loader.locate({ named: join(folder, 'nowhere') })).rejects.toThrow(
      `expected ResNet-18 weights, but ${join(folder, 'nowhere')} does not exist`,
    );
  });
});
