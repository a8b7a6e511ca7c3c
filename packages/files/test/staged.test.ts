import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StagedFolder, stageFiles } from '@utad/files/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root = '';
const at = (path: string) => join(root, path);
const read = (path: string) => readFile(at(path), 'utf8');
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-staged-'));
});
afterEach(() => rm(root, { recursive: true }));

const listing = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

describe('a folder in the making', () => {
  it('comes to its place over files of the same names, and leaves others', async () => {
    await put(at('maps/nut/test/dent/0.tiff'), 'old');
    await put(at('maps/nut/test/dent/9.tiff'), 'old');
    await put(at('maps/bolt/test/dent/0.tiff'), 'other');
    const staged = new StagedFolder(at('maps'));
    await put(join(staged.path, 'nut/test/dent/0.tiff'), 'new');
    await put(join(staged.path, 'nut/test/good/0.tiff'), 'new');
    expect(await read('maps/nut/test/dent/0.tiff')).toBe('old');
    await staged.commit();
    expect((await listing(root)).filter((name) => name.endsWith('.tiff'))).toEqual([
      join('maps', 'bolt', 'test', 'dent', '0.tiff'),
      join('maps', 'nut', 'test', 'dent', '0.tiff'),
      join('maps', 'nut', 'test', 'dent', '9.tiff'),
      join('maps', 'nut', 'test', 'good', '0.tiff'),
    ]);
    expect(await read('maps/nut/test/dent/0.tiff')).toBe('new');
    expect(await read('maps/nut/test/dent/9.tiff')).toBe('old');
    expect((await listing(root)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('takes folders that were made for it with it, and no others', async () => {
    await mkdir(at('there'));
    const staged = new StagedFolder(at('there/a/b'));
    await put(join(staged.path, 'nut/0.tiff'), 'new');
    staged.discard();
    expect(await listing(root)).toEqual(['there']);
    const other = new StagedFolder(at('there/a/b'));
    await put(at('there/a/mine.txt'), 'mine');
    other.discard();
    expect(await listing(root)).toEqual(['there', join('there', 'a'), join('there', 'a', 'mine.txt')]);
  });

  it('is gone where the process exits before it is done, and no longer watched where it is', async () => {
    const staged = new StagedFolder(at('maps'));
    expect(process.listeners('exit')).toContain(staged.discard);
    staged.discard();
    const done = new StagedFolder(at('maps'));
    await done.commit();
    expect(
      process.listeners('exit').filter((listener) => [staged, done].some((s) => s.discard === listener)),
    ).toEqual([]);
  });
});

describe('files that belong together', () => {
  it('are in their places after the commit, and not before', async () => {
    await put(at('scores.json'), 'old');
    const staged = await stageFiles([
      [at('scores.json'), 'new'],
      [at('out/metrics.json'), 'new'],
    ]);
    expect(await read('scores.json')).toBe('old');
    await staged.commit();
    expect(await listing(root)).toEqual(['out', join('out', 'metrics.json'), 'scores.json']);
    expect(await read('scores.json')).toBe('new');
    await staged.discard();
    expect(await read('scores.json')).toBe('new');
  });

  it('leave no trace where one cannot be written, or put in its place', async () => {
    await put(at('a-file'), '');
    await expect(
      stageFiles([
        [at('new/metrics.json'), 'new'],
        [at('a-file/scores.json'), 'new'],
      ]),
    ).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(await listing(root)).toEqual(['a-file']);
    const staged = await stageFiles([
      [at('taken'), 'a folder is in its place'],
      [at('new/metrics.json'), 'new'],
    ]);
    await mkdir(at('taken/inside'), { recursive: true });
    await expect(staged.commit()).rejects.toThrow(/EISDIR|EPERM|ENOTEMPTY/);
    expect(await listing(root)).toEqual(['a-file', 'taken', join('taken', 'inside')]);
  });
});
