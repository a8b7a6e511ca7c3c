import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { twoStagePresets } from '@utad/two-stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesConfig, loadConfig, parseConfig } from '../src/config/load-config';
import { merge, setAt } from '../src/config/merge';
import { parseYaml } from '../src/config/yaml';

const { small } = twoStagePresets;

describe('merge', () => {
  it('lays objects over each other key by key, and replaces everything else', () => {
    expect(merge({ a: { b: 1, c: [1, 2] }, d: 3 }, { a: { c: [9] } })).toEqual({ a: { b: 1, c: [9] }, d: 3 });
  });

  it('replaces an object of another kind as a whole', () => {
    const adam = { kind: 'adam', learningRate: 1, beta1: 0.9 };
    expect(merge(adam, { kind: 'sgd', learningRate: 2 })).toEqual({ kind: 'sgd', learningRate: 2 });
    expect(merge(adam, { kind: 'adam', learningRate: 2 })).toEqual({ ...adam, learningRate: 2 });
  });

  it('changes neither of its arguments', () => {
    const base = { a: { b: 1 } };
    merge(base, { a: { b: 2 } });
    expect(base).toEqual({ a: { b: 1 } });
  });

  it('does not reach the prototype of all objects', () => {
    merge({}, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(() => setAt({}, '__proto__.polluted', true)).toThrow('expected a group');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('setAt', () => {
  it('sets one value at a path', () => {
    expect(setAt({ a: { b: { c: 1 } } }, 'a.b.c', 2)).toEqual({ a: { b: { c: 2 } } });
  });

  it('names the groups that are there when a path has another', () => {
    expect(() => setAt({ a: {}, b: {}, n: 1 }, 'c.d', 1)).toThrow(
      'expected a group of a, b, received c in c.d',
    );
  });
});

describe('parseYaml', () => {
  it('reads YAML and JSON', () => {
    expect(parseYaml('a: [1, two]', 'x')).toEqual({ a: [1, 'two'] });
    expect(parseYaml('{"a": 1e-3}', 'x')).toEqual({ a: 0.001 });
  });

  it('names the line of a mistake', () => {
    expect(() => parseYaml('a: 1\nb: [', 'mine.yaml')).toThrow(/^mine\.yaml: line 2, column \d+ is not YAML/);
  });
});

describe('loadConfig', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'utad-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('lays a file over the preset, single values over the file, and epochs over both', async () => {
    const config = join(folder, 'mine.yaml');
    await writeFile(config, 'ieNet: {latent: 16}\ntraining: {ieNet: {epochs: 3, batchSize: 2}}\n');
    const loaded = await loadConfig(small, { config, set: ['ieNet.latent=8'], epochs: 5, epochsExpert: 6 });
    expect(loaded).toEqual({
      ...small,
      ieNet: { ...small.ieNet, latent: 8 },
      training: {
        ieNet: { ...small.training.ieNet, epochs: 5, batchSize: 2 },
        expertNet: { ...small.training.expertNet, epochs: 6 },
      },
    });
  });

  it('changes nothing where nothing is asked', async () => {
    expect(changesConfig({})).toBe(false);
    expect(await loadConfig(small, {})).toEqual(small);
  });

  it('takes a whole optimiser by --set', async () => {
    const loaded = await loadConfig(small, {
      set: ['training.ieNet.optimizer={kind: sgd, learningRate: 0.01}'],
    });
    expect(loaded.training.ieNet.optimizer).toEqual({ kind: 'sgd', learningRate: 0.01, momentum: 0 });
  });

  it('names key, value and what is allowed', async () => {
    await expect(loadConfig(small, { set: ['score.reduction=median'] })).rejects.toThrow(
      'config: score.reduction: expected one of "mean"|"max", received "median"',
    );
    await expect(loadConfig(small, { set: ['ieNet.latent=0'] })).rejects.toThrow(
      /ieNet\.latent: .*>=1, received 0/,
    );
    await expect(loadConfig(small, { set: ['ieNet.latent'] })).rejects.toThrow('expected key=value');
    expect(() => parseConfig({ ...small, extra: 1 })).toThrow(
      'config: expected keys among ieNet, expertNet, training, score, received extra',
    );
  });
});
