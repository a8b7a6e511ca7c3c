import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '@utad/files/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type BeforeOperation = (name: string, path: unknown) => void | Promise<void>;

/** Is called before every operation on files, of files that are open included. */
const operations = vi.hoisted((): { before: BeforeOperation | undefined } => ({ before: undefined }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const watched = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          // Whatever happens to a program, the system closes its files.
          if (name !== 'close') await operations.before?.(String(name), args[0]);
          const result: unknown = await Reflect.apply(member, object, args);
          return name === 'open' && typeof result === 'object' && result !== null ? watched(result) : result;
        };
      },
    });
  const module = watched({ ...real });
  return Object.fromEntries(Object.keys(real).map((name) => [name, Reflect.get(module, name)]));
});

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-store-'));
  folder = join(root, 'bundle');
  await folderStore(folder).replace(OLD);
});
afterEach(async () => {
  operations.before = undefined;
  await rm(root, { recursive: true });
});

const files = (value: string) =>
  new Map(['a', 'net/a', 'net/b'].map((name) => [name, new TextEncoder().encode(value)]));
const OLD = files('old');
const NEW = files('new');

/** The files, each by name and content, as a reader gets them that lists and reads without a pause. */
async function contents(store = folderStore(folder)) {
  return read(store, await store.list());
}

async function read(store: ReturnType<typeof folderStore>, names: readonly string[]) {
  const found = new Map<string, Uint8Array>();
  for (const name of names) found.set(name, await store.read(name));
  return found;
}

/** Runs without the operations inside being counted. */
async function unwatched<T>(work: () => Promise<T>): Promise<T> {
  const { before } = operations;
  operations.before = undefined;
  try {
    return await work();
  } finally {
    operations.before = before;
  }
}

/** Replaces the old files by the new ones, and calls back before each operation with its number, from 1. */
async function replaceWith(before: (count: number, name: string, path: unknown) => void | Promise<void>) {
  let count = 0;
  operations.before = (name, path) => before(++count, name, path);
  try {
    await folderStore(folder).replace(NEW);
  } finally {
    operations.before = undefined;
  }
  return count;
}

/** How many operations one replacing takes. */
async function countOperations(): Promise<number> {
  const count = await replaceWith(() => undefined);
  await folderStore(folder).replace(OLD);
  return count;
}

class Crash extends Error {}

/** What this process left is made to look as if an earlier one had, as after a crash. */
function age() {
  const before = new Date(Date.now() - 1000 * (process.uptime() + 60));
  for (const name of readdirSync(root))
    if (name.includes('.new-')) utimesSync(join(root, name), before, before);
}

describe('a replacing that ends at any of its operations', () => {
  it('by a crash, leaves the old files or the new ones, and nothing beside them after the next listing', async () => {
    const outcomes = new Set<string>();
    const count = await countOperations();
    expect(count).toBeGreaterThan(20);
    for (let last = 1; last <= count; last++) {
      const crashing = replaceWith((number) => {
        if (number >= last) throw new Crash();
      });
      await expect(crashing, `operation ${last}`).rejects.toBeInstanceOf(Crash);
      age();
      const found = await contents();
      expect([OLD, NEW], `operation ${last}`).toContainEqual(found);
      expect(await readdir(root), `operation ${last}`).toEqual(['bundle']);
      outcomes.add(new TextDecoder().decode(found.get('a')));
      await folderStore(folder).replace(OLD);
    }
    expect([...outcomes].sort()).toEqual(['new', 'old']);
  });

  it('by a full disk, says so, leaves the old files or the new ones, and nothing beside them', async () => {
    const count = await countOperations();
    for (let failing = 1; failing <= count; failing++) {
      const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const replacing = replaceWith((number) => {
        if (number === failing) throw full;
      });
      await expect(replacing, `operation ${failing}`).rejects.toBe(full);
      expect(await readdir(root), `operation ${failing}`).toEqual(['bundle']);
      expect([OLD, NEW], `operation ${failing}`).toContainEqual(await contents());
      await folderStore(folder).replace(OLD);
    }
  });
});

describe('a reader during a replacing', () => {
  it('finds the old files or the new ones before every operation', async () => {
    const seen: string[] = [];
    await replaceWith(async (number, name) => {
      const found = await unwatched(contents);
      expect([OLD, NEW], `operation ${number}, ${name}`).toContainEqual(found);
      seen.push(new TextDecoder().decode(found.get('a')));
    });
    // Once new, always new.
    expect(seen).toEqual([...seen].sort().reverse());
    expect(new Set(seen)).toEqual(new Set(['old', 'new']));
  });

  it('that listed before gets the files it listed, or is told that they are gone', async () => {
    const count = await countOperations();
    let told = 0;
    for (let listing = 1; listing <= count; listing++) {
      const reader = folderStore(folder);
      let names: string[] | undefined;
      let first: unknown;
      await replaceWith((number) =>
        unwatched(async () => {
          if (number === listing) {
            names = await reader.list();
            first = await read(reader, names);
          } else if (names !== undefined) {
            const again = await read(reader, names).catch((error: unknown) => error);
            if (again instanceof Error) expect(again.message).toContain('replaced since it was listed');
            else expect(again).toEqual(first);
            if (again instanceof Error) told += 1;
          }
        }),
      );
      await folderStore(folder).replace(OLD);
    }
    expect(told).toBeGreaterThan(0);
  });

  it('that gives the old files their name back does not keep the new ones from their place', async () => {
    let restored = 0;
    await replaceWith(async (_, name) => {
      if (name !== 'rename' || existsSync(folder) || restored > 0) return;
      restored += 1;
      await unwatched(() => rename(`${folder}.previous`, folder));
    });
    expect(restored).toBe(1);
    expect(await contents()).toEqual(NEW);
    expect(await readdir(root)).toEqual(['bundle']);
  });
});

it('never ends with some of its files when its staging is taken away at any operation', async () => {
  const count = await countOperations();
  let failed = 0;
  for (let at = 1; at <= count; at++) {
    const taken = join(root, 'taken');
    const outcome = await replaceWith((number) =>
      unwatched(async () => {
        if (number !== at) return;
        const staging = (await readdir(root)).find((name) => name.includes('.new-'));
        if (staging !== undefined) await rename(join(root, staging), taken);
      }),
    ).catch((error: unknown) => error);
    if (outcome instanceof Error) failed += 1;
    expect([OLD, NEW], `operation ${at}`).toContainEqual(await contents());
    await rm(taken, { recursive: true, force: true });
    await folderStore(folder).replace(OLD);
  }
  expect(failed).toBeGreaterThan(0);
});
