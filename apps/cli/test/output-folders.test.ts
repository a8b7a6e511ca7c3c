import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOutputFolders, outputFolders } from '../src/evaluate';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('folders', () => {
  it('stand beside metrics.json where they are not named', () => {
    expect(outputFolders({}, 'out')).toEqual({ maps: undefined, overlays: undefined });
    expect(outputFolders({ maps: true, overlays: true }, 'out')).toEqual({
      maps: join('out', 'maps'),
      overlays: join('out', 'overlays'),
    });
    expect(outputFolders({ maps: 'elsewhere' }, 'out')).toEqual({ maps: 'elsewhere', overlays: undefined });
  });

  it('may hold other categories, and nothing of this one', async () => {
    const folders = { maps: folder, overlays: undefined };
    await mkdir(join(folder, 'bottle'));
    await writeFile(join(folder, 'bottle', 'a.tiff'), '');
    checkOutputFolders(folders, 'screw', { force: false });
    await mkdir(join(folder, 'screw'));
    checkOutputFolders(folders, 'screw', { force: false });
    await writeFile(join(folder, 'screw', 'a.tiff'), '');
    expect(() => checkOutputFolders(folders, 'screw', { force: false })).toThrow(
      /^--maps: expected an empty folder or none at .*screw, but something is there; --force writes over it$/,
    );
    checkOutputFolders(folders, 'screw', { force: true });
  });

  it('are no files', async () => {
    const overlays = join(folder, 'a.txt');
    await writeFile(overlays, '');
    expect(() => checkOutputFolders({ maps: undefined, overlays }, 'screw', { force: true })).toThrow(
      /^--overlays: expected a folder, received the file .*a\.txt$/,
    );
  });
});
