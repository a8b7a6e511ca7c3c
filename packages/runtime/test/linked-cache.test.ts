import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nativeCopies, nativeLayout } from '../src/node/packages';

const NAME = '@tensorflow/tfjs-node';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'utad-linked-')));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A package that resolves, and cannot be loaded. */
function place(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), '');
  const manifest = join(folder, 'package.json');
  writeFileSync(manifest, JSON.stringify({ name: NAME, version: '4.22.0', main: 'index.js' }));
  return manifest;
}

const found = (cacheFolder: string, projectFolder = root) =>
  nativeCopies(NAME, { cacheFolder, projectFolder })
    .filter(({ origin }) => origin === 'user cache')
    .map(({ manifest }) => manifest);

it('native TensorFlow is found in a cache that is a link to another place', () => {
  const manifest = place(nativeLayout(join(root, 'disk'), NAME).packageFolder);
  symlinkSync(join(root, 'disk'), join(root, 'cache'), 'junction');
  expect(found(join(root, 'disk'))).toEqual([manifest]);
  expect(found(join(root, 'cache'))).toEqual([manifest]);
});

it('a copy of the project around the cache is none of the cache', () => {
  place(join(root, 'node_modules', NAME));
  mkdirSync(nativeLayout(join(root, 'cache'), NAME).folder, { recursive: true });
  expect(found(join(root, 'cache'))).toEqual([]);
  expect(found(join(root, 'nowhere'))).toEqual([]);
});
