import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '@utad/files/node';
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

  it('between the two renamings, the old ones come back with the next listing', async () => {
    await rename(folder, `${folder}.previous`);
    expect(await contents()).toEqual({ a: 'old' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('they can be read before that too, and replaced', async () => {
    await rename(folder, `${folder}.previous`);
    expect(await folderStore(folder).read('a')).toEqual(text('old'));
    await folderStore(folder).replace(files({ a: 'new' }));
    expect(await contents()).toEqual({ a: 'new' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('before the old ones were removed, the new ones are there, and the next listing removes the old', async () => {
    await mkdir(`${folder}.previous`);
    await writeFile(join(`${folder}.previous`, 'a'), 'older');
    expect(await contents()).toEqual({ a: 'old' });
    expect(await readdir(root)).toEqual(['bundle']);
  });
});

describe('new files that lie beside, not in place yet,', () => {
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const otherMachine = machine === '01234567' ? '76543210' : '01234567';
  /** Half of a replacement, as another process would leave or be writing it. */
  const stage = async (owner: string, changed = new Date()) => {
    const name = `bundle.new-${owner}-89abcdef`;
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'a'), 'ne');
    await utimes(join(root, name), changed, changed);
    return name;
  };
  beforeEach(() => folderStore(folder).replace(files({ a: 'old' })));

  it('of a process that has ended go with the next listing', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await stage(`${machine}-${pid}`);
    expect(await contents()).toEqual({ a: 'old' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('of an earlier process with the number of this one go too', async () => {
    await stage(`${machine}-${process.pid}`, new Date(Date.now() - 1000 * (process.uptime() + 60)));
    expect(await contents()).toEqual({ a: 'old' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('of a running process stay, and no name is changed while it may be changing them', async () => {
    const name = await stage(`${machine}-${process.ppid}`);
    await rename(folder, `${folder}.previous`);
    expect(await contents()).toEqual({ a: 'old' });
    expect((await readdir(root)).sort()).toEqual([name, 'bundle.previous']);
  });

  it('of another machine stay while others read, and go with the next replacing', async () => {
    const name = await stage(`${otherMachine}-1`);
    expect(await contents()).toEqual({ a: 'old' });
    expect((await readdir(root)).sort()).toEqual(['bundle', name]);
    await folderStore(folder).replace(files({ a: 'new' }));
    expect(await contents()).toEqual({ a: 'new' });
    expect(await readdir(root)).toEqual(['bundle']);
  });

  it('stay when their name only begins alike', async () => {
    await mkdir(join(root, 'bundle.new-photos'));
    await mkdir(join(root, `bundle.new-${machine}-1-89abcdef.zip`));
    await folderStore(folder).replace(files({ a: 'new' }));
    expect(await readdir(root)).toHaveLength(3);
  });
});

it('reads no file of another listing than its last, and says so', async () => {
  const reader = folderStore(folder);
  await folderStore(folder).replace(files({ a: '1', b: '1' }));
  await reader.list();
  expect(await reader.read('a')).toEqual(text('1'));
  await folderStore(folder).replace(files({ a: '2', b: '2' }));
  await expect(reader.read('b')).rejects.toThrow(
    `store: expected b in ${folder}, found that it was replaced since it was listed`,
  );
  await reader.list();
  expect(await reader.read('b')).toEqual(text('2'));
});

it('says of a folder that is not there that it is not', async () => {
  await expect(folderStore(folder).read('a')).rejects.toThrow(
    `store: expected a in ${folder}, found no such folder`,
  );
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
