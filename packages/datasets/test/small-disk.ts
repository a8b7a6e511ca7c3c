import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A disk of a few megabytes for the tests of a file, where the system lets the tests mount one. */
export function smallDisk(megabytes: number): { folder: string } | { cannot: string } {
  if (process.platform !== 'linux') return { cannot: `${process.platform} is not Linux` };
  const folder = mkdtempSync(join(tmpdir(), 'utad-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (status !== 0) {
    rmdirSync(folder);
    return { cannot: 'mounting is not permitted here' };
  }
  afterAll(() => {
    spawnSync('umount', [folder]);
    rmdirSync(folder);
  });
  return { folder };
}
