import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HOUSE, houseProblems, WITHOUT_TENSORFLOW } from './house.mjs';

const manifest = (name, { entries = ['index'], ...rest } = {}) => {
  const exports = entries.map((entry) => [
    entry === 'index' ? '.' : `./${entry}`,
    { import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` } },
  ]);
  return JSON.stringify({ name, exports: Object.fromEntries(exports), ...rest });
};

/** Two packages, one of them with two entries, and an app: nothing is wrong with them. */
const SOUND = {
  'packages/core/package.json': manifest('@utad/core'),
  'packages/core/src/index.ts': "export { area } from './area';\nexport type { Size } from './size';\n",
  'packages/core/src/area.ts':
    "import type { Size } from './size';\nexport const area = ([height, width]: Size) => height * width;\n",
  'packages/core/src/size.ts': 'export type Size = readonly [number, number];\n',
  'packages/files/package.json': manifest('@utad/files', {
    entries: ['index', 'node'],
    dependencies: { '@utad/core': 'workspace:^' },
  }),
  'packages/files/src/index.ts': "export { FileError } from './error';\n",
  'packages/files/src/error.ts': 'export class FileError extends Error {}\n',
  'packages/files/src/node/index.ts':
    "import { readFileSync } from 'node:fs';\nimport { area } from '@utad/core';\nexport { FileError } from '../error';\nexport const read = (path: string) => [readFileSync(path), area];\n",
  'packages/eval/package.json': manifest('@utad/eval'),
  'packages/eval/src/index.ts': 'export const rocAuc = 1;\n',
  'apps/cli/package.json': JSON.stringify({
    name: 'utad',
    dependencies: { '@utad/files': 'workspace:^', '@tensorflow/tfjs': '4.22.0' },
  }),
  'apps/cli/src/main.ts': "import { read } from '@utad/files/node';\nread('here');\n",
};

async function inTree(changes, use) {
  const root = mkdtempSync(join(tmpdir(), 'utad-house-'));
  try {
    for (const [file, text] of Object.entries({ ...SOUND, ...changes })) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return await use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const problemsWith = (changes) => inTree(changes, houseProblems);

test('a sound tree passes', async () => {
  assert.deepEqual(await problemsWith({}), []);
});

test('a circle fails', async () => {
  assert.deepEqual(
    await problemsWith({
      'packages/files/src/error.ts':
        "import { name } from './name';\nexport class FileError extends Error { override name = name; }\n",
      'packages/files/src/name.ts':
        "import { FileError } from './error';\nexport const name = FileError === undefined ? '' : 'FileError';\n",
    }),
    ['circle: packages/files/src/error.ts -> packages/files/src/name.ts -> packages/files/src/error.ts'],
  );
});

test('a circle of types alone fails, however the type is named', async () => {
  for (const type of [
    "import type { area } from './area';\ntype Area = typeof area;",
    "type Area = typeof import('./area').area;",
  ]) {
    const size = `${type}\nexport type Size = readonly [number, number] & { readonly area?: Area };\n`;
    assert.deepEqual(await problemsWith({ 'packages/core/src/size.ts': size }), [
      'circle: packages/core/src/area.ts -> packages/core/src/size.ts -> packages/core/src/area.ts',
    ]);
  }
});

test('a circle through two packages fails', async () => {
  const problems = await problemsWith({
    'packages/core/src/size.ts':
      "import type { FileError } from '@utad/files';\nexport type Size = readonly [number, number, FileError?];\n",
    'packages/files/src/error.ts':
      "import { area } from '@utad/core';\nexport class FileError extends Error { area = area; }\n",
  });
  assert.ok(problems.includes('upward arrow: packages/core/src/size.ts -> packages/files/src/index.ts'));
  const circle = /^circle: (?=.*packages\/core\/src\/size\.ts)(?=.*packages\/files\/src\/error\.ts)/;
  assert.ok(problems.some((problem) => circle.test(problem)));
});

test('an upward arrow fails, in an import and in a manifest, types included', async () => {
  const dependencies = { '@utad/files': 'workspace:^' };
  assert.deepEqual(
    await problemsWith({
      'packages/eval/package.json': manifest('@utad/eval', { dependencies }),
      'packages/eval/src/index.ts':
        "import type { FileError } from '@utad/files';\nexport type MetricError = FileError;\n",
    }),
    [
      'upward arrow: packages/eval/package.json -> @utad/files',
      'upward arrow: packages/eval/src/index.ts -> packages/files/src/index.ts',
    ],
  );
});

test('nothing imports an app', async () => {
  const core = manifest('@utad/core', { peerDependencies: { utad: '1' } });
  const problems = await problemsWith({ 'packages/core/package.json': core });
  assert.ok(problems.includes('upward arrow: packages/core/package.json -> utad'));
});

test('a package imports the entries of another, not what lies behind them', async () => {
  assert.deepEqual(
    await problemsWith({
      'packages/files/src/node/index.ts':
        "import { area } from '../../../core/src/area';\nexport { size } from '@utad/core/size';\nexport const read = area;\n",
      'apps/cli/src/main.ts': "import '../package.json';\nimport '@utad/files/error';\n",
    }),
    [
      'not an entry of the package: apps/cli/src/main.ts -> @utad/files/error',
      'not an entry of the package: packages/files/src/node/index.ts -> @utad/core/size',
      'not an entry of the package: packages/files/src/node/index.ts -> packages/core/src/area.ts',
    ],
  );
});

test('a package that has no place in the house fails', async () => {
  assert.deepEqual(
    await problemsWith({
      'packages/shed/package.json': manifest('@utad/shed'),
      'packages/shed/src/index.ts': 'export {};\n',
    }),
    ['not in the house: packages/shed: give it a line in HOUSE'],
  );
});

test('a name that leaves two packages fails, types and names passed on included', async () => {
  const names = 'export interface Size { area: number }\nexport { area } from "@utad/core";\n';
  assert.deepEqual(await problemsWith({ 'packages/files/src/index.ts': names }), [
    'public name twice: Size: packages/core/src/index.ts, packages/files/src/index.ts',
    'public name twice: area: packages/core/src/index.ts, packages/files/src/index.ts',
  ]);
});

test('a name may leave by both entries of one package: a function for pages, and one for Node', async () => {
  assert.deepEqual(
    await problemsWith({ 'packages/files/src/node/index.ts': 'export class FileError {}\n' }),
    [],
  );
});

test('a main entry that leads to Node fails, by any way', async () => {
  for (const [what, found] of [
    ["import { readFile } from 'node:fs/promises';", 'fs/promises'],
    ["import type { Stats } from 'fs';", 'fs'],
    ["import test from 'node:test';", 'node:test'],
    ["import sharp from 'sharp';", 'sharp'],
    ["const sharp = import('sharp');", 'sharp'],
  ]) {
    assert.deepEqual(
      await problemsWith({
        'packages/files/src/error.ts': `${what}\nexport class FileError extends Error {}\n`,
      }),
      [`not for a browser: packages/files/src/index.ts -> packages/files/src/error.ts -> ${found}`],
    );
  }
});

test('a backend is imported by a package that has it as a peer', async () => {
  const backend = '@tensorflow/tfjs-backend-wasm';
  const tree = (rest) => ({
    'packages/runtime/package.json': manifest('@utad/runtime', rest),
    'packages/runtime/src/index.ts': `import '${backend}';\n`,
  });
  assert.deepEqual(await problemsWith(tree({ peerDependencies: { [backend]: '4' } })), []);
  assert.deepEqual(await problemsWith(tree({})), [
    `imports a backend: packages/runtime/src/index.ts -> ${backend}`,
  ]);
});

test('packages without TensorFlow.js do not bring it, not even as a peer of another', async () => {
  const training = {
    'packages/training/package.json': manifest('@utad/training', {
      peerDependencies: { '@tensorflow/tfjs': '^4' },
    }),
    'packages/training/src/index.ts':
      "import type * as tf from '@tensorflow/tfjs';\nexport type Loss = tf.Scalar;\n",
    'packages/eval/package.json': manifest('@utad/eval', {
      dependencies: { '@utad/training': 'workspace:^' },
    }),
  };
  assert.deepEqual(await problemsWith(training), [
    'TensorFlow.js is installed: @utad/eval -> @utad/training -> @tensorflow/tfjs',
    'upward arrow: packages/eval/package.json -> @utad/training',
  ]);
});

test('nor do they, or the command line, import it', async () => {
  const tfjs = "import type * as tf from '@tensorflow/tfjs';\nexport type Loss = tf.Scalar;\n";
  assert.deepEqual(await problemsWith({ 'packages/eval/src/index.ts': tfjs, 'apps/cli/src/main.ts': tfjs }), [
    'imports TensorFlow.js: apps/cli/src/main.ts -> @tensorflow/tfjs',
    'imports TensorFlow.js: packages/eval/src/index.ts -> @tensorflow/tfjs',
  ]);
});

test('the program names what it found, and its status says whether', async () => {
  const program = fileURLToPath(new URL('house.mjs', import.meta.url));
  const houseOf = (root) => spawnSync(process.execPath, [program, root], { encoding: 'utf8' });
  const sound = await inTree({}, houseOf);
  assert.deepEqual([sound.status, sound.stderr], [0, 'house: as drawn\n']);
  const circular = await inTree(
    { 'packages/core/src/size.ts': "export type { Size } from './index';\n" },
    houseOf,
  );
  assert.equal(circular.status, 1);
  assert.match(circular.stderr, /^(house: circle: packages\/core\/src\/.*\n)+house: \d problems\n$/);
});

test('the house itself has no circle and no door to nowhere', async () => {
  const below = (place, way = []) => {
    assert.ok(!way.includes(place), [...way, place].join(' -> '));
    assert.ok(HOUSE[place], `${way.at(-1)} -> ${place}`);
    for (const next of HOUSE[place]) below(next, [...way, place]);
  };
  for (const place of [...Object.keys(HOUSE), ...WITHOUT_TENSORFLOW]) below(place);
});
