import { augmentConfig, BUILT_IN, DATASETS as KNOWN } from '@utad/pipeline/node';
import { BACKEND_PREFERENCE } from '@utad/runtime';
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { AUGMENT_TAKES, assetOptions, BACKENDS, DATASETS, PRESETS, SHORTCUTS } from '../src/commands/options';
import { train } from '../src/commands/train';

describe('what help says without loading anything', () => {
  it('is what there is', () => {
    const [kind] = BUILT_IN;
    expect(DATASETS).toEqual(KNOWN);
    expect(BACKENDS).toEqual(BACKEND_PREFERENCE);
    expect(Object.keys(SHORTCUTS)).toEqual(
      Object.keys(kind.shortcuts ?? {}).filter((name) => name !== 'reduction'),
    );
    expect(PRESETS.split(/, | or /)).toEqual(Object.keys(kind.presets));
    expect(AUGMENT_TAKES.split(', ').map((text) => text.replace(/=.*/, ''))).toEqual(
      Object.keys(augmentConfig.shape),
    );
  });
});

describe('--asset', () => {
  it('names anything that a detector needs, beside --vgg19', () => {
    vi.stubEnv('UTAD_VGG19', 'mine');
    vi.stubEnv('UTAD_OFFLINE', '0');
    expect(assetOptions({ vgg19: 'random', asset: ['bank=a=b'] })).toEqual({
      assets: { vgg19: 'random', bank: 'a=b' },
      fallbackAssets: { vgg19: 'mine' },
      offline: false,
    });
    vi.unstubAllEnvs();
    for (const asset of ['bank', '=x', 'vgg19=x']) {
      expect(() => assetOptions({ vgg19: 'random', asset: [asset] })).toThrow(
        `--asset: expected name=source`,
      );
    }
  });
});

describe('the options of utad train', () => {
  /** What is wrong with them. */
  const refusal = async (...args: string[]) => {
    const program = new Command().exitOverride();
    train(program, (work) => Reflect.apply(work, undefined, [{}]));
    return program
      .parseAsync(['train', '--out', 'x', ...args], { from: 'user' })
      .then(String, (error: Error) => `${error.name}: ${error.message}`);
  };

  it('name a white level, or what looks for it', async () => {
    for (const level of ['0', '254', '70000', 'abc', '-1', '4095.5']) {
      expect(await refusal('--white-level', level)).toMatch(
        /^CommanderError: .* Expected auto, or a whole number from 255 to 65535\.$/,
      );
    }
    for (const level of ['auto', '4095']) {
      expect(await refusal('--white-level', level, 'photos')).toMatch(/^UsageError: too many arguments/);
    }
  });

  it('are refused where they are not known, with the nearest that is', async () => {
    expect(await refusal('--eopchs', '3')).toBe(
      "UsageError: unknown option '--eopchs' (Did you mean --epochs?)",
    );
    expect(await refusal('--coreset=0.1')).toBe(
      "UsageError: unknown option '--coreset=0.1' (Did you mean --preset?)",
    );
    expect(await refusal('photos')).toBe(
      "UsageError: too many arguments for 'train'. Expected 0 arguments but got 1; --root takes the images.",
    );
    expect(await refusal('--detector', 'mine.mjs', '--coreset')).toBe(
      "UsageError: option '--coreset <value>' argument missing",
    );
  });
});
