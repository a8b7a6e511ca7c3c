import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, writeDurably } from './durable';
import { generationOf } from './generation';
import { inside } from './inside';
import { bury, previousOf, recover } from './recover';
import { stagingName } from './staging';
import { isSystemError } from './system-error';

/** Puts a folder with these files in place of another. Whatever ends it early, the old files are there or the new ones. */
export async function replaceFolder(target: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await recover(target, { writing: true });
  const staging = stagingName(target);
  try {
    await fill(staging, files);
    await swap(staging, target);
  } catch (error) {
    // What went wrong matters more than whether tidying up succeeds; the next replacing does it again.
    await tidyUp(staging, target).catch(() => undefined);
    throw error;
  }
}

/** Removes what was written, and gives the old files their name back if they have lost it. */
async function tidyUp(staging: string, target: string): Promise<void> {
  await rm(staging, { recursive: true, force: true });
  await recover(target, { writing: true });
}

/** Every folder is made before the first file: if the staging is taken away meanwhile, nothing makes half of it anew. */
async function fill(staging: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const folders = new Set([...files.keys()].map((name) => dirname(inside(staging, name))));
  for (const path of [staging, ...folders]) await mkdir(path, { recursive: true });
  for (const [name, bytes] of files) await writeDurably(inside(staging, name), bytes);
  for (const path of [...folders, staging]) await syncFolder(path);
}

/** How often a reader may have given the old files their name back before that is more than a coincidence. */
const MOST_SWAPS = 3;

async function swap(staging: string, target: string): Promise<void> {
  const previous = previousOf(target);
  for (let attempt = 1; ; attempt++) {
    if ((await generationOf(target)) !== undefined) {
      await bury(previous, target);
      await rename(target, previous);
    }
    try {
      await rename(staging, target);
      break;
    } catch (error) {
      const restored = isSystemError(error, 'ENOTEMPTY', 'EEXIST') && attempt < MOST_SWAPS;
      if (!restored) throw error;
    }
  }
  await syncFolder(dirname(target));
  await bury(previous, target);
}
