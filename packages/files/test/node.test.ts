import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dropTornLine,
  entryType,
  hashFile,
  PinError,
  PinFile,
  removeLeftovers,
  replaceFolder,
  withLock,
  writeFileAtomic,
  writeFolder,
} from '@utad/files/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root = '';
const at = (path: string) => join(root, path);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-files-'));
});
afterEach(() => rm(root, { recursive: true }));

const listing = async () => (await readdir(root, { recursive: true })).sort();

describe('withLock', () => {
  it('lets one in at a time, tells who waits, and leaves no lock behind', async () => {
    let inside = 0;
    let most = 0;
    let waits = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 50));
      inside -= 1;
    };
    const onWait = () => {
      waits += 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(at('deep/it.lock'), work, { onWait })));
    expect(most).toBe(1);
    expect(waits).toBeGreaterThan(0);
    expect(await listing()).toEqual(['deep']);
  });

  it('gives up waiting when it is told to, with the reason', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = withLock(at('lock'), () => {
      const second = withLock(at('lock'), async () => 'never', { signal });
      setTimeout(() => controller.abort(new Error('enough')), 20);
      return second;
    });
    await expect(waiting).rejects.toThrow('enough');
  });

  it('passes on what the work throws, and lets go', async () => {
    const failing = withLock(at('lock'), async () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(await withLock(at('lock'), async () => 7)).toBe(7);
  });
});

describe('PinFile', () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  const pin = { sha256: b, bytes: 7, fetched: '2026-01-01T00:00:00.000Z' };

  it('remembers hashes, with or without their facts, and is gone with the last one', async () => {
    const pins = new PinFile(at('pins/set.json'));
    expect((await pins.read()).size).toBe(0);
    await pins.add(new Map([['x.whl', { sha256: a }]]));
    await pins.add(new Map([['https://example.org/y', pin]]));
    expect(JSON.parse(await readFile(pins.path, 'utf8'))).toEqual({
      'x.whl': a,
      'https://example.org/y': pin,
    });
    expect([...(await pins.read())]).toEqual([
      ['x.whl', { sha256: a }],
      ['https://example.org/y', pin],
    ]);
    await pins.remove(['x.whl', 'unknown']);
    expect([...(await pins.read()).keys()]).toEqual(['https://example.org/y']);
    await pins.remove(['https://example.org/y']);
    expect(await entryType(pins.path)).toBeUndefined();
  });

  it.each(['', '[]', '7', '{"x":1}', '{"x":{"sha256":"abc"}}'])(
    'does not take %j for pins, nor writes over it',
    async (text) => {
      await writeFile(at('pins.json'), text);
      const pins = new PinFile(at('pins.json'));
      await expect(pins.read()).rejects.toBeInstanceOf(PinError);
      await expect(pins.add(new Map([['x', { sha256: a }]]))).rejects.toMatchObject({ code: 'pins' });
      expect(await readFile(at('pins.json'), 'utf8')).toBe(text);
    },
  );
});

describe('writing', () => {
  it('puts a file in its place whole, over another, in folders that it makes', async () => {
    await writeFileAtomic(at('a/b/x'), 'old');
    await writeFileAtomic(at('a/b/x'), Uint8Array.of(110, 101, 119));
    expect(await readFile(at('a/b/x'), 'utf8')).toBe('new');
    expect(await listing()).toEqual(['a', 'a/b', 'a/b/x']);
  });

  it('leaves nothing where a file cannot be put in its place', async () => {
    await mkdir(at('x/inside'), { recursive: true });
    await expect(writeFileAtomic(at('x'), 'text')).rejects.toThrow();
    expect(await listing()).toEqual(['x', 'x/inside']);
  });

  it('makes a folder appear whole, in place of another, or not at all', async () => {
    const fill = (name: string) => async (staging: string) => {
      await writeFile(join(staging, name), name);
    };
    await writeFolder(at('deep/made'), fill('first'));
    await writeFolder(at('deep/made'), fill('second'));
    expect(await listing()).toEqual(['deep', 'deep/made', 'deep/made/second']);
    const broken = writeFolder(at('deep/made'), async (staging) => {
      await fill('third')(staging);
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    expect(await listing()).toEqual(['deep', 'deep/made', 'deep/made/second']);
  });

  it('gives a folder its name back where its successor is not there', async () => {
    await writeFileAtomic(at('old/x'), 'x');
    await expect(replaceFolder(at('none'), at('old'), at('aside'))).rejects.toThrow(/ENOENT/);
    expect(await listing()).toEqual(['old', 'old/x']);
  });
});

describe('what is there', () => {
  it('is a file, a folder, or nothing; links are followed', async () => {
    await writeFile(at('file'), '');
    await symlink(root, at('link'));
    expect(await Promise.all(['file', 'link', 'none', 'file/x'].map((name) => entryType(at(name))))).toEqual([
      'file',
      'folder',
      undefined,
      undefined,
    ]);
  });

  it('has its length and hashes', async () => {
    await writeFile(at('abc'), 'abc');
    expect(await hashFile(at('abc'))).toEqual({
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      md5: '900150983cd24fb0d6963f7d28e17f72',
    });
  });

  it('loses what a killed process left, and nothing else', async () => {
    for (const name of ['x.0123abcd.tmp', 'x.tmp', 'y.0123abcd.tmp', 'x']) await writeFile(at(name), '');
    await mkdir(at('staging-1/inside'), { recursive: true });
    await removeLeftovers(root, ['x'], /^\.[0-9a-f]{8}\.tmp$/);
    await removeLeftovers(root, ['staging-']);
    await removeLeftovers(at('none'), ['x']);
    expect(await listing()).toEqual(['x', 'x.tmp', 'y.0123abcd.tmp']);
  });

  it('loses half a line at its end', async () => {
    await writeFile(at('lines'), 'one\ntwo\nthr');
    await dropTornLine(at('lines'));
    expect(await readFile(at('lines'), 'utf8')).toBe('one\ntwo\n');
    await dropTornLine(at('none'));
  });
});
