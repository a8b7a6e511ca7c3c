import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bundleFor } from './bundle.mjs';
import { problemsOf, tensorFlowProblems } from './contents.mjs';
import { shakingProblems, sizeTable } from './sizes.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'utad-packaging-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = (extra = {}) => ({
  'package.json': '{}',
  'README.md': '',
  LICENSE: '',
  'dist/index.js': 'import { a } from "./a.js";\nimport { B } from "./b.js";\nexport {\n  a,\n  B\n};\n',
  'dist/a.js': 'import { z } from "zod";\nvar a = 1;\nexport {\n  a\n};\n',
  'dist/b.js': 'import "node:fs";\nvar B = class extends Error {\n};\nexport {\n  B\n};\n',
  ...extra,
});

/** An unpacked package of these files. */
function packageOf(contents, manifest = {}) {
  const unpacked = join(folder, 'node_modules', 'thing');
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(unpacked, path)), { recursive: true });
    writeFileSync(join(unpacked, path), text);
  }
  const complete = {
    name: 'thing',
    license: 'MIT',
    publishConfig: { access: 'public' },
    dependencies: { zod: '^4.0.0' },
    ...manifest,
  };
  return { name: 'thing', manifest: complete, unpacked };
}

describe('tensorFlowProblems', () => {
  const metrics = { 'node_modules/@utad/eval': { peerDependencies: { zod: '4' } } };

  it('finds none where none is', () => {
    assert.deepEqual(tensorFlowProblems({ packages: { '': {}, ...metrics, 'node_modules/zod': {} } }), []);
  });

  it('finds it however deep, and as a peer, optional or not, of whatever came', () => {
    const packages = {
      ...metrics,
      'node_modules/@utad/training': {
        peerDependencies: { '@tensorflow/tfjs': '^4.22.0' },
        peerDependenciesMeta: { '@tensorflow/tfjs': { optional: true } },
      },
      'node_modules/a/node_modules/@tensorflow/tfjs-core': {},
    };
    assert.deepEqual(tensorFlowProblems({ packages }), [
      '@utad/training asks for @tensorflow/tfjs as a peer',
      'brings @tensorflow/tfjs-core',
    ]);
  });
});

describe('problemsOf', () => {
  it('finds nothing wrong with a package that is as it should be', () => {
    assert.deepEqual(problemsOf(packageOf(files())), []);
  });

  const { LICENSE: _, ...unlicensed } = files();
  const cases = [
    ['a file that is missing', unlicensed, {}, /^LICENSE is missing$/],
    ['a test', files({ 'test/a.test.js': '' }), {}, /^test\/a\.test\.js does not belong into a package$/],
    ['a source', files({ 'src/a.ts': '' }), {}, /^src\/a\.ts does not belong/],
    [
      'a package that would not be public',
      files(),
      { publishConfig: {} },
      /^publishConfig\.access is not public$/,
    ],
    [
      'a range that only a workspace understands',
      files(),
      { dependencies: { zod: 'catalog:' } },
      /^dependencies has zod as catalog:$/,
    ],
    [
      'an import of what is not declared',
      files(),
      { dependencies: {} },
      /^dist\/a\.js imports zod, which the package does not declare$/,
    ],
    [
      'a declaration that needs what is not declared',
      files({ 'dist/a.d.ts': 'export type A = import("sharp/lib").Sharp;' }),
      {},
      /^dist\/a\.d\.ts imports sharp, which/,
    ],
    [
      'a class that is there twice',
      files({ 'dist/node.js': 'class B extends Error {}\n' }),
      {},
      /^the class B is in dist\/b\.js and in dist\/node\.js$/,
    ],
    [
      'a path of the machine that built it',
      files({ 'dist/a.js.map': '{ "sources": ["../src/a.ts", "/home/someone/a.ts"] }' }),
      {},
      /^dist\/a\.js\.map names the file \/home\/someone\/a\.ts/,
    ],
  ];
  for (const [what, contents, manifest, expected] of cases) {
    it(`finds ${what}`, () => {
      const problems = problemsOf(packageOf(contents, manifest));
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0], expected);
    });
  }
});

describe('shakingProblems', () => {
  const contents = {
    'dist/index.js': 'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport {\n  a,\n  b\n};\n',
    'dist/a.js': 'export const a = 1;\n',
    'dist/b.js': 'globalThis.there = true;\nexport const b = 2;\n',
  };
  const problemsWith = (manifest, changes = {}) => {
    const one = packageOf({
      ...contents,
      ...changes,
      'package.json': JSON.stringify({ type: 'module', ...manifest }),
    });
    writeFileSync(join(one.unpacked, 'index.js'), 'export * from "./dist/index.js";\n');
    return shakingProblems(one, folder);
  };

  it('finds that importing one name keeps what another module does', async () => {
    const problems = await problemsWith({});
    assert.match(problems.join('\n'), /^importing no name leaves something of .*thing\/dist\/b\.js$/m);
    assert.match(problems.join('\n'), /^importing a brings node_modules\/thing\/dist\/b\.js$/m);
  });

  it('finds a module that passes a name on and does something besides', async () => {
    const problems = await problemsWith(
      { sideEffects: false },
      {
        'dist/a.js': 'export { a } from "./c.js";\nglobalThis.there = true;\n',
        'dist/c.js': 'export const a = 1;\n',
      },
    );
    assert.deepEqual(problems, ['importing a brings node_modules/thing/dist/a.js']);
  });

  it('finds nothing where modules that are not used may be left out', async () => {
    assert.deepEqual(await problemsWith({ sideEffects: false }), []);
  });
});

describe('bundleFor', () => {
  it('refuses what a browser does not have', async () => {
    await assert.rejects(bundleFor(folder, 'import "node:fs";'), /node:fs/);
  });
});

describe('sizeTable', () => {
  it('marks what is over its budget', () => {
    const rows = [
      { what: 'a', budget: 10, bytes: 10, gzip: 5 },
      { what: 'b', budget: 10, bytes: 11, gzip: 5 },
    ];
    assert.deepEqual(
      sizeTable(rows)
        .split('\n')
        .map((line) => line.includes('OVER')),
      [false, false, true],
    );
  });
});
