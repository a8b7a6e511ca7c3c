import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { expectReadmeExample } from '../../../scripts/testing/readme-example';

it('has an example that runs and prints what it promises', async () => {
  await expectReadmeExample(new URL('../', import.meta.url));
});

it('has a main entry that needs no engine', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    packages: 'external',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect(new Set(imports.map((path) => path.split('/').slice(0, 2).join('/')))).toEqual(
    new Set(['@utad/files', 'pure-rand/distribution', 'pure-rand/generator']),
  );
});
