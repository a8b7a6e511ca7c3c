import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '@utad/detector/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-store-'));
  folder = join(root, 'bundle');
});
afterEach(() => rm(root, { recursive: true }));

const text = (value: string) => new TextEncoder().encode(value);
const files = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([name, value]) => [name, text(value)]));

async function contents(): Promise<Record<string, string>> {
  const store = folderStore(folder);
  const found: Record<string, string> = {};
  for (const name of await store.list()) found[name] = new TextDecoder().decode(await store.read(name));
  return found;
}

it('is empty where no folder is, and makes none by being asked', async () => {
  expect(await contents()).toEqual({});
  expect(await readdir(root)).toEqual([]);
});

it('holds what it was last given as plain files, and leaves nothing beside the folder', async () => {
  const store = folderStore(folder);
  await store.replace(files({ old: '1', 'net/old': '2' }));
  await store.replace(files({ new: '3', 'net/deep/er': '4' }));
  expect(await contents()).toEqual({ new: '3', 'net/deep/er': '4' });
  expect(await readFile(join(folder, 'net', 'deep', 'er'), 'utf8')).toBe('4');
  expect(await readdir(root)).toEqual(['bundle']);
});

it('makes the folders above', async () => {
  await folderStore(join(root, 'runs', 'one', 'bundle')).replace(files({ a: '1' }));
  expect(await readFile(join(root, 'runs', 'one', 'bundle', 'a'), 'utf8')).toBe('1');
});

it('reads a part of a file, and less where the file ends', async () => {
  const store = folderStore(folder);
  await store.replace(files({ a: 'abcdef' }));
  expect(await store.read('a', { offset: 2, length: 3 })).toEqual(text('cde'));
  expect(await store.read('a', { offset: 4, length: 9 })).toEqual(text('ef'));
});

describe('after a crash', () => {
  beforeEach(() => folderStore(folder).replace(files({ a: 'old' })));

  it('while the new files were written, the old ones are there', async () => {
    const staging = join(root, 'bundle.new-0123abcd');
    await mkdir(staging);
    await writeFile(join(staging, 'a'), 'ne');
    expect(await contents()).toEqual({ a: 'old' });
  });

  it('between the two renamings, the old ones come back with the next reading', async () => {
    await rename(folder, `${folder}.previous`);
    expect(await contents()).toEqual({ a: 'old' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('so they do when the next reading is of one file, or the next act is to replace', async () => {
    await rename(folder, `${folder}.previous`);
    expect(await folderStore(folder).read('a')).toEqual(text('old'));
    await rename(folder, `${folder}.previous`);
    await folderStore(folder).replace(files({ a: 'new' }));
    expect(await contents()).toEqual({ a: 'new' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('before the old ones were removed, the new ones are there, and the next replacing removes the old', async () => {
    await mkdir(`${folder}.previous`);
    await writeFile(join(`${folder}.previous`, 'a'), 'older');
    expect(await contents()).toEqual({ a: 'old' });
    await folderStore(folder).replace(files({ a: 'new' }));
    expect(await contents()).toEqual({ a: 'new' });
    expect(await readdir(root)).toEqual(['bundle']);
  });
});

describe('a name that leaves the folder', () => {
  const names = ['../secret', '/etc/passwd', 'a/../../secret', '..', '.', ''];

  it.each(names)('%j is not read', async (name) => {
    await writeFile(join(root, 'secret'), 'secret');
    const store = folderStore(folder);
    await store.replace(files({ a: '1' }));
    await expect(store.read(name)).rejects.toThrow(
      new RangeError(`store: expected a name inside the folder, received ${name}`),
    );
  });

  it.each(names)('%j is not written, nor is anything that comes with it', async (name) => {
    const store = folderStore(folder);
    await store.replace(files({ a: 'old' }));
    await expect(store.replace(files({ a: 'new', [name]: 'x' }))).rejects.toBeInstanceOf(RangeError);
    expect(await contents()).toEqual({ a: 'old' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('of a sibling whose name begins alike is outside too', async () => {
    await mkdir(`${folder}-2`);
    await writeFile(join(`${folder}-2`, 'a'), 'secret');
    const store = folderStore(folder);
    await store.replace(files({ a: '1' }));
    await expect(store.read('../bundle-2/a')).rejects.toBeInstanceOf(RangeError);
  });
});
