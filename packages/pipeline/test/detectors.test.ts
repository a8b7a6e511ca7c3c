import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AnomalyDetector } from '@utad/detector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAssets } from '../src/node/assets';
import {
  checkDetector,
  findDetector,
  findDetectorOf,
  presetOf,
  problemOfKind,
  resolveModule,
} from '../src/node/detectors';

let folder = '';
const before = process.cwd();
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'utad-detectors-')));
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string): Promise<string> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
  return `./${name}`;
}

/** The source of a module that exports a kind, with some of it replaced. */
const kindSource = (replaced = '') =>
  `({ kind: 'own', presets: { one: { a: 1 }, two: { a: 2 } }, create: async () => {}, restore: async () => {}, ${replaced} })`;

describe('a detector is found', () => {
  it('by the name of one that is built in, and is two-stage where none is named', async () => {
    const detector = await findDetector(undefined);
    expect(await findDetector('two-stage')).toEqual(detector);
    expect(await findDetector(detector.kind)).toEqual(detector);
    expect(detector).toMatchObject({ kind: { kind: 'two-stage', defaultPreset: 'fast' }, module: null });
    expect(presetOf(detector.kind).name).toBe('fast');
  });

  it('by path and by file URL, as an object or from a function of the libraries', async () => {
    const path = await write('object.mjs', `export default ${kindSource()};`);
    const url = pathToFileURL(join(folder, 'object.mjs')).href;
    const found = await findDetector(path);
    expect(found).toMatchObject({ kind: { kind: 'own' }, module: url });
    expect(presetOf(found.kind)).toEqual({ name: 'one', config: { a: 1 } });
    expect((await findDetector(url)).kind).toBe(found.kind);
    expect((await findDetector('object.mjs')).kind).toBe(found.kind);
    const made = await write(
      'function.mjs',
      `export default async ({ core, tf, detector, training }) => (${kindSource(
        "defaultPreset: 'two', presets: { one: 1, two: [typeof core.readImages, typeof tf.tidy, typeof detector.openBundle, typeof training.readBatches] }",
      )});`,
    );
    expect(presetOf((await findDetector(made)).kind)).toEqual({
      name: 'two',
      config: ['function', 'function', 'function', 'function'],
    });
  });

  it('by the name of a package of the working folder, with exports for import alone', async () => {
    const manifest = { name: 'their-detector', exports: { '.': { import: './main.mjs' } } };
    await write('node_modules/their-detector/package.json', JSON.stringify(manifest));
    await write('node_modules/their-detector/main.mjs', `export default ${kindSource()};`);
    const url = pathToFileURL(join(folder, 'node_modules/their-detector/main.mjs')).href;
    expect(await resolveModule('their-detector', [])).toBe(url);
    expect((await findDetector('their-detector')).module).toBe(url);
  });
});

describe('a module that brings no detector is refused in one line', () => {
  const none = (name: string) =>
    `\`detector\`: expected two-stage, the path of a module, or a package that is installed here, received ${name}, which is none of them`;

  it.each<[string, string, string]>([
    ['a path of nothing', './nowhere.mjs', none('./nowhere.mjs')],
    ['a URL of nothing', 'file:///nowhere.mjs', none('file:///nowhere.mjs')],
    ['a URL that is none', 'file:x:y', none('file:x:y')],
    ['a folder', '.', none('.')],
    ['a package that is not there', 'no-such-package', none('no-such-package')],
    ['a name that is nearly one', 'two-stag', `${none('two-stag')}; did you mean two-stage?`],
  ])('%s', async (_, name, message) => {
    await expect(findDetector(name)).rejects.toMatchObject({ name: 'PipelineError', message });
  });

  const expected = 'expected a DetectorKind, or a function that gives one, as its default export, received ';
  it.each<[string, string, string]>([
    [
      'one that throws',
      'throw new RangeError("no\\nway");',
      'expected a module that loads, received RangeError: no\nway',
    ],
    ['one that throws what is no error', 'throw 3;', 'expected a module that loads, received 3'],
    ['one without a default export', 'export const kind = 1;', `${expected}none`],
    ['one that exports a text', 'export default "kind";', `${expected}a string`],
    [
      'one whose function throws',
      'export default () => { throw new Error("no"); };',
      'expected its default export to give a DetectorKind, received Error: no',
    ],
    [
      'a class, which is no function to call',
      'export default class Own {}',
      "expected its default export to give a DetectorKind, received TypeError: Class constructor Own cannot be invoked without 'new'",
    ],
    ['one whose function gives nothing', 'export default () => {};', `${expected}none`],
    [
      'one that takes the name of another',
      `export default ${kindSource("kind: 'two-stage'")};`,
      'expected a kind with a name of its own, received two-stage, which is built in',
    ],
  ])('%s', async (title, source, message) => {
    const path = await write(`${title.replaceAll(/\W/g, '-')}.mjs`, source);
    await expect(findDetector(path)).rejects.toMatchObject({
      name: 'PipelineError',
      message: `\`detector\` ${path}: ${message}`,
    });
  });

  it.each<[string, string, string]>([
    ['kind', 'kind: ""', 'expected a name of letters, digits and . _ - / @'],
    ['kind', 'kind: "\\u001b[2J"', 'expected a name of letters'],
    ['kind', 'kind: undefined', 'expected string'],
    ['presets', 'presets: {}', 'expected at least one preset'],
    ['presets', 'presets: ["fast"]', 'expected record'],
    ['defaultPreset', 'defaultPreset: "three"', 'expected the name of a preset'],
    ['schema', 'schema: { parse() {} }', 'expected a Standard Schema'],
    ['create', 'create: {}', 'expected a function'],
    ['restore', 'restore: undefined', 'expected a function'],
    ['assets', 'assets: "vgg19"', 'expected array'],
    ['shortcuts.epochs', 'shortcuts: { epochs: "epochs" }', 'expected array'],
  ])('one whose %s is wrong: %s', async (part, replaced, message) => {
    const path = await write(`${part}-${replaced.length}.mjs`, `export default ${kindSource(replaced)};`);
    await expect(findDetector(path)).rejects.toThrow(`${expected}one whose ${part} is wrong: `);
    await expect(findDetector(path)).rejects.toThrow(message);
  });

  it('null, and nothing', () => {
    expect(problemOfKind(undefined)).toBe('none');
    expect(problemOfKind(null)).toBe('null');
  });
});

describe('what was made by a detector', () => {
  it('is opened by one of its kind', async () => {
    const path = await write('own.mjs', `export default ${kindSource()};`);
    expect((await findDetectorOf('two-stage', undefined)).kind.kind).toBe('two-stage');
    expect((await findDetectorOf('own', path)).kind.kind).toBe('own');
    await expect(findDetectorOf('own', undefined)).rejects.toMatchObject({
      name: 'PipelineError',
      message: 'expected a detector of kind two-stage, received own; `detector` FILE brings others',
    });
    await expect(findDetectorOf('two-stage', path)).rejects.toThrow(
      'expected a detector of kind own, received two-stage',
    );
  });

  it('names the module that its run was made with, where it is another', async () => {
    const inside = pathToFileURL(join(folder, 'own.mjs')).href;
    await expect(findDetectorOf('own', undefined, inside)).rejects.toThrow(
      `expected a detector of kind two-stage, received own; the run was made with \`detector\` ${`.${sep}own.mjs`}: say so again`,
    );
    const outside = pathToFileURL(join(dirname(folder), 'elsewhere', 'own.mjs')).href;
    await expect(findDetectorOf('own', undefined, outside)).rejects.toThrow(
      `made with \`detector\` ${join(dirname(folder), 'elsewhere', 'own.mjs')}: say so again`,
    );
    await expect(findDetectorOf('own', undefined, null)).rejects.toThrow('FILE brings others');
  });
});

it.each(['mean-image', 'nearest-pixels'])(
  'the example %s takes images of its own size alone',
  async (name) => {
    const example = new URL(`../../../examples/custom-detector/${name}.mjs`, import.meta.url);
    const { kind } = await findDetector(fileURLToPath(example));
    const detector = await kind.create(presetOf(kind).config);
    const images = { data: new Uint8Array(32 * 64 * 3), shape: [1, 32, 64, 3] } as const;
    await expect(detector.predict(images)).rejects.toMatchObject({
      ...{ name: 'ImageSizeError', code: 'size', expected: [64, 64], received: [32, 64] },
    });
  },
);

it('a preset that is not there, and weights for a detector that uses none, are refused', async () => {
  const { kind: detector } = await findDetector(undefined);
  expect(() => presetOf(detector, 'smal')).toThrow(
    'expected a preset of two-stage: small, fast, paper, received smal; did you mean small?',
  );
  expect(() => presetOf(detector, 'toString')).toThrow('received toString');
  const { kind: own } = await findDetector(await write('weights.mjs', `export default ${kindSource()};`));
  expect(() => checkAssets(own, { vgg19: 'vgg19' })).toThrow(
    '`assets.vgg19`: expected a detector that measures with VGG-19, received own',
  );
  expect(() => checkAssets(detector, { vgg19: 'vgg19' })).not.toThrow();
  expect(() => checkAssets(own)).not.toThrow();
  expect(() => checkAssets(detector, { bank: 'x' })).toThrow(
    '`assets`: expected one of the assets vgg19, resnet18, wide-resnet50, received bank',
  );
});

describe('a detector that lacks something is refused before it is trained', () => {
  const whole = {
    kind: 'own',
    config: {},
    inputSize: [8, 8],
    reduction: 'max',
    fit: async () => ({ stages: [] }),
    predict: () => Promise.reject(new Error('not here')),
    state: async () => new Map(),
    dispose: () => {},
  } satisfies AnomalyDetector;
  const check = (replaced: object) => () => checkDetector({ ...whole, ...replaced }, 'own');

  it('and a whole one is not', () => {
    expect(check({})).not.toThrow();
  });

  it.each<[object, string]>([
    [{ kind: 'other' }, 'own: expected a detector with kind own, received "other"'],
    [{ inputSize: [8] }, 'own: expected a detector with an inputSize of height and width, received [8]'],
    [{ inputSize: [8, 0.5] }, 'an inputSize of height and width, received [8,0.5]'],
    [
      { reduction: 'median' },
      'own: expected a detector with a reduction of mean, max, a quantile or a highest share, received "median"',
    ],
    [{ reduction: { quantile: 2 } }, 'received {"quantile":2}'],
    [{ state: undefined }, 'own: expected a detector with a method state, received none'],
  ])('%j', (replaced, message) => {
    expect(check(replaced)).toThrow(message);
  });

  it('and so is none', () => {
    expect(() => Reflect.apply(checkDetector, undefined, [undefined, 'own'])).toThrow(
      'own: expected a detector with its methods, received none',
    );
  });
});
