import { spawnSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  expectPlainFile,
  InputFiles,
  makeFolders,
  readPlainFile,
  StagedFolder,
  writeFileAtomic,
  writtenPath,
} from '@utad/files/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root = '';
const at = (path: string) => join(root, path);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-plain-'));
});
afterEach(() => rm(root, { recursive: true }));

const listing = async () => (await readdir(root, { recursive: true })).sort();
const unix = process.platform !== 'win32';

describe('a file that a user names', () => {
  it.runIf(unix)('is no folder, pipe or device, told without opening it', async () => {
    spawnSync('mkfifo', [at('pipe')]);
    const refused = (path: string, what: string) =>
      expect(readPlainFile(path, 10)).rejects.toMatchObject({
        ...{ name: 'FileError', code: 'no-file', path },
        message: `expected a file, but ${path} is ${what}`,
      });
    await refused(root, 'a folder');
    await refused(at('pipe'), 'a pipe');
    await refused('/dev/zero', 'a device');
    await symlink(at('pipe'), at('link'));
    await refused(at('link'), 'a pipe');
    await expect(expectPlainFile(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is read to its bound, and refused before it is read where it is longer', async () => {
    await writeFile(at('ten'), '0123456789');
    expect(Buffer.from(await readPlainFile(at('ten'), 10)).toString()).toBe('0123456789');
    await expect(readPlainFile(at('ten'), 9)).rejects.toMatchObject({
      code: 'too-large',
      message: `expected at most 9 bytes, but ${at('ten')} has more`,
    });
  });

  it.runIf(process.platform === 'linux')('is bounded where the system says no length', async () => {
    await expect(readPlainFile('/proc/self/status', 10)).rejects.toMatchObject({ code: 'too-large' });
    expect(Buffer.from(await readPlainFile('/proc/self/status', 100_000)).toString()).toMatch(/^Name:/);
  });
});

describe('writing', () => {
  it('goes through links, to files that are there or not, and leaves the links', async () => {
    await mkdir(at('far'));
    await writeFile(at('far/old'), 'old');
    await symlink(at('far/old'), at('old'));
    await symlink('far/new', at('new'));
    await symlink('new', at('chain'));
    await writeFileAtomic(at('old'), 'replaced');
    await writeFileAtomic(at('chain'), 'made');
    expect(await readFile(at('far/old'), 'utf8')).toBe('replaced');
    expect(await readFile(at('far/new'), 'utf8')).toBe('made');
    expect(await readlink(at('chain'))).toBe('new');
    expect(await listing()).toEqual(['chain', 'far', 'far/new', 'far/old', 'new', 'old']);
  });

  it.runIf(unix)('replaces no pipe, device or loop of links', async () => {
    spawnSync('mkfifo', [at('pipe')]);
    await symlink('loop', at('loop'));
    for (const path of [at('pipe'), '/dev/null', at('loop')]) {
      await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: 'no-file', path });
    }
    expect(await listing()).toEqual(['loop', 'pipe']);
  });

  it('knows files that are read by any of their names', async () => {
    await writeFile(at('photo'), '');
    await link(at('photo'), at('hard'));
    await symlink('photo', at('soft'));
    await writeFile(at('other'), '');
    const inputs = await InputFiles.of([at('photo'), at('gone')]);
    await inputs.expectNone([at('other'), at('gone'), at('new')]);
    for (const name of ['photo', 'hard', 'soft']) {
      await expect(inputs.expectNone([at(name)])).rejects.toMatchObject({ code: 'input', path: at(name) });
    }
  });

  it('of a whole folder moves nothing where an input, or no file, is in the way, and goes through links', async () => {
    await mkdir(at('out/deep'), { recursive: true });
    await writeFile(at('out/deep/photo'), 'photo');
    await writeFile(at('far'), 'far');
    await symlink('../far', at('out/link'));
    const inputs = await InputFiles.of([at('out/deep/photo')]);
    const staged = async (...names: string[]) => {
      const folder = new StagedFolder(at('out'));
      for (const name of names) await writeFileAtomic(join(folder.path, name), name);
      return folder;
    };
    const first = await staged('deep/map', 'deep/photo');
    await expect(first.commit(inputs)).rejects.toMatchObject({ code: 'input' });
    first.discard();
    expect(await listing()).toEqual(['far', 'out', 'out/deep', 'out/deep/photo', 'out/link']);
    await (await staged('deep/map', 'link')).commit(inputs);
    expect(await readFile(at('far'), 'utf8')).toBe('link');
    expect(await readlink(at('out/link'))).toBe('../far');
    expect(await listing()).toEqual(['far', 'out', 'out/deep', 'out/deep/map', 'out/deep/photo', 'out/link']);
  });
});

describe('folders', () => {
  it.runIf(process.platform === 'linux')('are refused at once where the system takes none', () => {
    expect(() => makeFolders('/proc/utad/out')).toThrow(
      expect.objectContaining({
        ...{ name: 'FileError', code: 'no-folder', path: '/proc/utad' },
        message: 'expected to make the folder /proc/utad, but /proc takes none',
      }),
    );
  });

  it('that were made are unmade, and others stay', async () => {
    await mkdir(at('there'));
    const unmake = makeFolders(at('there/a/b'));
    makeFolders(at('there/a/b'));
    expect(await listing()).toEqual(['there', 'there/a', 'there/a/b']);
    unmake();
    expect(await listing()).toEqual(['there']);
    await writeFile(at('file'), '');
    expect(() => makeFolders(at('file/a'))).toThrow('ENOTDIR');
    expect(await writtenPath(at('none'))).toBe(at('none'));
  });
});
