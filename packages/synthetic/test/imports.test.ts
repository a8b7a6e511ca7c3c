import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const IMPORT = /(?:from|import\() ?'([^']+)'/g;

/** What a source file and those it leads to import from outside, types included. */
async function outside(file: URL, seen = new Set<string>()): Promise<Set<string>> {
  const found = new Set<string>();
  if (seen.has(file.href)) return found;
  seen.add(file.href);
  for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(IMPORT)) {
    const inner = name.startsWith('.') ? await outside(new URL(`${name}.ts`, file), seen) : [name];
    for (const one of inner) found.add(one);
  }
  return found;
}

it('loads no TensorFlow.js', async () => {
  const folder = new URL('../src/', import.meta.url);
  for (const path of await readdir(folder, { recursive: true })) {
    if (!path.endsWith('.ts')) continue;
    expect(await readFile(new URL(path, folder), 'utf8'), path).not.toMatch(
      /from '@(tensorflow|utad\/training)/,
    );
  }
});

it('is installed without TensorFlow.js', async () => {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { dependencies, peerDependencies = {} } = JSON.parse(manifest);
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  expect(names).toEqual(['@utad/core', '@utad/datasets', '@utad/files', 'sharp']);
});

it('has a main entry that needs nothing of Node, nor sharp', async () => {
  const imports = await outside(new URL('../src/index.ts', import.meta.url));
  expect([...imports].sort()).toEqual(['@utad/core', '@utad/files']);
});
