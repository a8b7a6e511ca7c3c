import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { twoStageConfig, twoStageKind, twoStagePresets } from '@utad/two-stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ConfigOptions, changesConfig, loadConfig } from '../src/node/config';
import { parseYaml } from '../src/node/config-file';
import { merge, setAt } from '../src/node/config-path';

const { small, fast } = twoStagePresets;
const kind = twoStageKind;
const load = (base: unknown, options: ConfigOptions = {}) =>
  loadConfig({ kind, base, name: 'preset' }, options);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a file into the folder of these tests. */
async function file(content: string | Uint8Array, name = 'mine.yaml'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** What is wrong with options, the folder of these tests left out. */
async function messageOf(options: ConfigOptions, base: unknown = fast): Promise<string> {
  const error: unknown = await load(base, options).then(
    () => new Error('nothing is wrong'),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(Error);
  const message = error instanceof Error ? error.message : '';
  expect(error).toMatchObject({ name: 'PipelineError', code: 'usage' });
  expect(message).not.toContain('\n');
  return message.replaceAll(`${folder}/`, '');
}

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
    setAt({}, ['__proto__', 'polluted'], true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('setAt', () => {
  it('sets one value at a path, and makes the groups that are not there', () => {
    expect(setAt({ a: { b: { c: 1 } } }, ['a', 'b', 'c'], 2)).toEqual({ a: { b: { c: 2 } } });
    expect(setAt({ a: 1 }, ['b', 'c'], 2)).toEqual({ a: 1, b: { c: 2 } });
  });
});

describe('parseYaml', () => {
  const parse = (text: string) => parseYaml(text, { name: 'x' });

  it('reads YAML and JSON, tabs in JSON and aliases included', () => {
    expect(parse('a: [1, two]').value).toEqual({ a: [1, 'two'] });
    expect(parse('{\n\t"a": 1e-3,\n\t"b": [true,\n\tnull]\n}').value).toEqual({ a: 0.001, b: [true, null] });
    expect(parse('a: &x {b: 1}\nc: *x').value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(parse('').value).toBeNull();
  });

  it('knows where each value stands, behind an alias too', () => {
    const { place } = parse('# mine\na:\n  b: [1,\n    2]\nc: &x {d: 1}\ne: *x\n');
    expect([['a'], ['a', 'b'], ['a', 'b', 1], ['e'], ['e', 'd'], [], ['z'], ['a', 'z']].map(place)).toEqual([
      'x:2:1',
      'x:3:3',
      'x:4:5',
      'x:6:1',
      'x:5:8',
      'x',
      'x',
      'x',
    ]);
  });
});

describe('loadConfig', () => {
  it('lays a file over the preset, single values over the file, and epochs over both', async () => {
    const config = await file('ieNet: {latent: 16}\ntraining: {ieNet: {epochs: 3, batchSize: 2}}\n');
    const loaded = await load(small, {
      config,
      set: ['ieNet.latent=8'],
      shortcuts: { 'epochs-expert': 6, epochs: 5 },
    });
    const valid = twoStageConfig.parse(small);
    expect(loaded).toEqual({
      ...valid,
      ieNet: { ...valid.ieNet, latent: 8 },
      training: {
        ieNet: { ...valid.training.ieNet, epochs: 5, batchSize: 2 },
        expertNet: { ...valid.training.expertNet, epochs: 6 },
      },
    });
  });

  it('changes nothing where nothing is asked', async () => {
    expect(changesConfig({})).toBe(false);
    expect(await load(small)).toEqual(twoStageConfig.parse(small));
  });

  it('takes a whole optimiser by `set`, with the defaults of its schema', async () => {
    const set = ['training.ieNet.optimizer={kind: sgd, learningRate: 0.01}'];
    expect(await load(small, { set })).toMatchObject({
      training: { ieNet: { optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0 } } },
    });
  });

  it.each(Object.entries(twoStagePresets))(
    'reads the preset %s back as it is printed, over the default one too',
    async (name, preset) => {
      const printed = stringify(preset, { aliasDuplicateObjects: false });
      const config = await file(printed, `${name}.yaml`);
      expect(await load(fast, { config })).toEqual(twoStageConfig.parse(preset));
      const json = await file(JSON.stringify(preset), `${name}.json`);
      expect(await load(fast, { config: json })).toEqual(twoStageConfig.parse(preset));
    },
  );

  it('takes what it is given where a detector has no schema', async () => {
    const plain = { kind: { kind: 'plain' }, base: { a: 1, b: { c: 2 } }, name: 'preset' };
    expect(await loadConfig(plain, { set: ['b.c=[3]', 'd=x'] })).toEqual({ a: 1, b: { c: [3] }, d: 'x' });
  });
});

const TRAINING = (lines: string) => `# comment\ntraining:\n  ieNet:\n${lines}`;

describe('a mistake in a file is told on one line, with file, line, key, value and what is allowed', () => {
  it.each<[string, string, RegExp | string]>([
    [
      'a text for a number',
      TRAINING('    optimizer:\n      kind: adam\n      learningRate: fast\n'),
      'mine.yaml:6:7: training.ieNet.optimizer.learningRate: expected a number greater than 0, received "fast"',
    ],
    [
      'a number out of range',
      TRAINING('    batchSize: 1\n'),
      'mine.yaml:4:5: training.ieNet.batchSize: expected a whole number of at least 2, received 1',
    ],
    [
      'a fraction for a whole number',
      'ieNet: {latent: 1.5}',
      'mine.yaml:1:9: ieNet.latent: expected a whole number of at least 1, received 1.5',
    ],
    [
      'an unknown choice',
      'score:\n  reduction: median',
      'mine.yaml:2:3: score.reduction: expected one of "mean", "max", received "median"',
    ],
    [
      'an unknown kind',
      'training: {expertNet: {optimizer: {kind: rms}}}',
      'mine.yaml:1:36: training.expertNet.optimizer.kind: expected one of "adam", "sgd", received "rms"',
    ],
    [
      'a list of another length',
      'ieNet:\n  inputSize: [64]',
      'mine.yaml:2:3: ieNet.inputSize: expected a list of 2 values, each a whole number from 4 to 4096, received [64]',
    ],
    [
      'a value inside a list',
      'ieNet:\n  inputSize:\n    - 64\n    - large',
      'mine.yaml:4:7: ieNet.inputSize.1: expected a whole number from 4 to 4096, received "large"',
    ],
    [
      'a value for a group',
      'expertNet: 3',
      /^mine\.yaml:1:1: expertNet: expected a group of the keys inputSize, base, .*, received 3$/,
    ],
    [
      'nothing for a group',
      'score:\n',
      'mine.yaml:1:1: score: expected a group of the keys reduction, received null',
    ],
    [
      'an unknown key, with the nearest known one',
      TRAINING('    epoch: 3\n'),
      /^mine\.yaml:4:5: training\.ieNet\.epoch: expected one of the keys epochs, batchSize, .*, received epoch; did you mean epochs\?$/,
    ],
    [
      'an unknown key that is like no other',
      'whatever: 1',
      'mine.yaml:1:1: whatever: expected one of the keys ieNet, expertNet, training, score, received whatever',
    ],
    [
      'an unknown key of one kind of group, and what is missing for it',
      'training: {ieNet: {optimizer: {kind: sgd, learningRte: 1}}}',
      'mine.yaml:1:43: training.ieNet.optimizer.learningRte: expected one of the keys kind, learningRate, momentum, received learningRte; did you mean learningRate? (and 1 more)',
    ],
    [
      'something that is missing, at the group that should have it',
      'training:\n  ieNet:\n    optimizer: {kind: sgd}',
      'mine.yaml:3:5: training.ieNet.optimizer.learningRate: expected a number greater than 0, received nothing',
    ],
    [
      'values that do not go together',
      'ieNet:\n  inputSize: [64, 64]',
      'mine.yaml: expertNet.inputSize: expected the inputSize of ieNet, received [128,128]',
    ],
    [
      'a key twice',
      'score:\n  reduction: max\nscore: 3',
      'mine.yaml:3:1: expected every key once, received score again',
    ],
    [
      'a tab',
      'score:\n\treduction: max',
      'mine.yaml:2:1: expected YAML: Tabs are not allowed as indentation',
    ],
    [
      'several documents',
      'score: {}\n---\nscore: {}',
      'mine.yaml:2:1: expected one document, received another',
    ],
    [
      'a list that does not end',
      'ieNet:\n  latent: [\n',
      /^mine\.yaml:3:1: expected YAML: Flow sequence .* end with a \]$/,
    ],
    [
      'JSON that does not end',
      '{"ieNet": {\n"latent": 3}',
      /^mine\.yaml:2:13: expected YAML: Flow map .* end with a \}$/,
    ],
    [
      'a mapping in a line',
      'ieNet: latent: 3',
      'mine.yaml:1:8: expected YAML: Nested mappings are not allowed in compact mappings',
    ],
    [
      'a tag',
      'ieNet: !!js/function "x"',
      'mine.yaml:1:8: expected YAML: Unresolved tag: tag:yaml.org,2002:js/function',
    ],
    [
      'a key that is no text',
      'ieNet: {[1]: 2}',
      'mine.yaml:1:9: expected YAML: With stringKeys, all keys must be strings',
    ],
    [
      'an alias of nothing',
      'ieNet: *x',
      /^mine\.yaml: expected aliases that can be resolved, received: Unresolved alias .* x$/,
    ],
    [
      'an alias of what it stands in',
      'ieNet: &x {a: {b: *x}}',
      'mine.yaml:1:16: ieNet.a.b: expected a value, received an alias of what it stands in',
    ],
    [
      'a number that is none',
      'ieNet:\n  latent: .nan',
      'mine.yaml:2:3: ieNet.latent: expected a finite number, received NaN',
    ],
    [
      'a number without end',
      'ieNet:\n  latent: -.inf',
      'mine.yaml:2:3: ieNet.latent: expected a finite number, received -Infinity',
    ],
    [
      'the key of prototypes',
      '__proto__: {polluted: true}',
      'mine.yaml:1:1: __proto__: expected a key with another name, received __proto__',
    ],
    ['an empty file', '', 'mine.yaml: expected keys with values, received an empty file'],
    ['comments alone', '# nothing\n', 'mine.yaml: expected keys with values, received an empty file'],
    ['a text alone', 'hello', 'mine.yaml: expected keys with values, received "hello"'],
    ['a list alone', '- 1\n- 2', 'mine.yaml: expected keys with values, received [1,2]'],
    ['a long value', `score: {reduction: ${'x'.repeat(500)}}`, /received "x{59}…$/],
  ])('%s', async (_, text, expected) => {
    const message = await messageOf({ config: await file(text) });
    if (typeof expected === 'string') expect(message).toBe(expected);
    else expect(message).toMatch(expected);
  });

  it.each<[string, string]>([
    ['lists', '['.repeat(30_000)],
    ['lists in a line', `${'- '.repeat(30_000)}x`],
    ['groups in a line', '{a: '.repeat(16_000)],
    ['groups in lines', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('%s nested without end', async (_, text) => {
    expect(await messageOf({ config: await file(text) })).toMatch(
      /^mine\.yaml:\d+:\d+: expected at most 64 groups and lists inside each other, received more$/,
    );
  });

  it('aliases that multiply', async () => {
    const lines = Array.from('bcdefghi', (key, index) => {
      const before = String.fromCharCode(key.charCodeAt(0) - 1);
      return `${key}: &${key} [${Array(9).fill(`*${before}`)}] # ${index}`;
    });
    const config = await file(['a: &a [x, x, x]', ...lines].join('\n'));
    const began = performance.now();
    expect(await messageOf({ config })).toMatch(/^mine\.yaml: expected aliases .* Excessive alias count/);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('a file larger than any configuration, one that is no text, a folder, and none', async () => {
    expect(await messageOf({ config: await file('a: 1\n'.repeat(20_000)) })).toBe(
      'mine.yaml: expected a configuration of at most 65536 bytes, received more',
    );
    expect(await messageOf({ config: await file(Uint8Array.of(0xff, 0xfe, 0x61, 0)) })).toBe(
      'mine.yaml: expected text in UTF-8, received other bytes',
    );
    expect(await messageOf({ config: folder })).toMatch(
      /^`config`: expected a readable file, received .*is a folder$/,
    );
    expect(await messageOf({ config: join(folder, 'none.yaml') })).toMatch(
      /^`config`: expected a readable file, received none\.yaml: ENOENT/,
    );
  });

  it.skipIf(process.platform === 'win32')('a device that never ends', async () => {
    expect(await messageOf({ config: '/dev/zero' })).toContain('expected a file, but /dev/zero is a device');
  });

  it('what the preset has wrong is not put down to the file', async () => {
    const config = await file('score: {reduction: max}');
    expect(await messageOf({ config }, { ...fast, ieNet: { ...fast.ieNet, latent: 0 } })).toBe(
      'preset: ieNet.latent: expected a whole number of at least 1, received 0',
    );
  });
});

describe('a mistake in an option names the option', () => {
  it.each<[string, ConfigOptions, RegExp | string]>([
    [
      'a value',
      { set: ['ieNet.latent=many'] },
      '`set` ieNet.latent: expected a whole number of at least 1, received "many"',
    ],
    [
      'a key',
      { set: ['ieNet.latnt=3'] },
      /^`set` ieNet\.latnt: expected one of the keys .*, received latnt; did you mean latent\?$/,
    ],
    [
      'a group',
      { set: ['training.ieNett.epochs=3'] },
      '`set` training.ieNett.epochs: training.ieNett: expected one of the keys ieNet, expertNet, received ieNett; did you mean ieNet?',
    ],
    [
      'a part of a value',
      { set: ['training.ieNet.optimizer={kind: sgd, learningRate: 0}'] },
      '`set` training.ieNet.optimizer: training.ieNet.optimizer.learningRate: expected a number greater than 0, received 0',
    ],
    [
      'the last of several',
      { set: ['ieNet.latent=3', 'ieNet.latent=x', 'score.reduction=max'] },
      /^`set` ieNet\.latent: .*received "x"$/,
    ],
    [
      'values that do not go together',
      { set: ['ieNet.inputSize=[64, 64]', 'score.reduction=max'] },
      '`set` ieNet.inputSize, `set` score.reduction: expertNet.inputSize: expected the inputSize of ieNet, received [128,128]',
    ],
    ['no YAML', { set: ['ieNet.latent=['] }, /^`set` ieNet\.latent: expected YAML: Flow sequence/],
    [
      'no value',
      { set: ['ieNet.latent'] },
      '`set`: expected key=value, with keys joined by dots, received ieNet.latent',
    ],
    ['no key', { set: ['=3'] }, '`set`: expected key=value, with keys joined by dots, received =3'],
    [
      'an empty key',
      { set: ['a..b=3'] },
      '`set`: expected key=value, with keys joined by dots, received a..b=3',
    ],
    [
      'the key of prototypes',
      { set: ['a.__proto__.b=3'] },
      '`set`: expected key=value, with keys joined by dots, received a.__proto__.b=3',
    ],
    [
      'epochs',
      { shortcuts: { 'epochs-ie': -1 } },
      '`epochs-ie`: training.ieNet.epochs: expected a whole number of at least 0, received -1',
    ],
  ])('%s', async (_, options, expected) => {
    const message = await messageOf(options);
    if (typeof expected === 'string') expect(message).toBe(expected);
    else expect(message).toMatch(expected);
  });

  it('an option laid over a file is to blame, and not the file', async () => {
    const config = await file('ieNet: {latent: 3}');
    expect(await messageOf({ config, set: ['ieNet.latent=0'] })).toMatch(/^`set` ieNet\.latent: /);
  });

  it('epochs of a detector that has none', async () => {
    await expect(
      loadConfig({ kind: { kind: 'plain' }, base: {}, name: 'preset' }, { shortcuts: { epochs: 3 } }),
    ).rejects.toThrow(
      '`epochs`: expected a detector that has this option, received plain; `set` changes its configuration',
    );
  });
});
