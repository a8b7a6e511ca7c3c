import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { FileStore } from '@utad/core';
import { generationOf, inside, previousOf, recover, replaceFiles } from './replace-files';

/**
 * A folder as a store, for one process that writes and any number that read.
 *
 * Replacing writes a new folder beside it, syncs it and changes their names, so that a crash, a full disk or a loss of
 * power leaves the old files or the new ones. What a crash left beside the folder goes with the next listing or
 * replacing. Reading sees the old files or the new ones too: after a listing, files of that listing alone.
 */
export function folderStore(folder: string): FileStore {
  const target = resolve(folder);
  let listed: string | undefined;

  return {
    async list() {
      // A reader may look at what it can't change, on a disk that is full or read-only.
      await recover(target, { writing: false }).catch(() => undefined);
      listed = undefined;
      const names = await inCurrentFolder(target, undefined, async (place, generation) => {
        const entries = await readdir(place, { recursive: true, withFileTypes: true });
        listed = generation;
        return entries
          .filter((entry) => entry.isFile())
          .map((entry) => relative(place, join(entry.parentPath, entry.name)).split(sep).join('/'))
          .sort();
      });
      return names ?? [];
    },

    async read(name, range) {
      inside(target, name);
      const openIn = (place: string) => open(inside(place, name));
      const file = await inCurrentFolder(target, listed, openIn, (file) => file.close());
      if (file === undefined) {
        const found = listed === undefined ? 'no such folder' : 'that it was replaced since it was listed';
        throw new Error(`store: expected ${name} in ${folder}, found ${found}`);
      }
      try {
        return range === undefined ? new Uint8Array(await file.readFile()) : await readRange(file, range);
      } finally {
        await file.close();
      }
    },

    async replace(files) {
      for (const name of files.keys()) inside(target, name);
      await replaceFiles(target, files);
      listed = undefined;
    },
  };
}

async function readRange(file: FileHandle, { offset, length }: { offset: number; length: number }) {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}

/** Looks that come too late, one after the other, before a reader gives up on a writer that never rests. */
const MOST_PASSES = 100;

/**
 * Does something with the folder that holds the files now, and again where another took its place meanwhile.
 *
 * @param wanted The generation that it has to be; undefined for any.
 * @param undo Gives back what was got from a folder that turned out to be another.
 * @returns Undefined where there is no such folder.
 */
async function inCurrentFolder<T>(
  target: string,
  wanted: string | undefined,
  use: (place: string, generation: string) => Promise<T>,
  undo: (value: T) => Promise<void> = async () => {},
): Promise<T | undefined> {
  let passesWithout = 0;
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    let found = false;
    // In the order in which a writer moves the old files, so that they are not missed on their way.
    for (const place of [target, previousOf(target)]) {
      const generation = await generationOf(place);
      if (generation === undefined || (wanted !== undefined && generation !== wanted)) continue;
      found = true;
      const attempt = await use(place, generation).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const same = (await generationOf(place)) === generation;
      if ('value' in attempt) {
        if (same) return attempt.value;
        await undo(attempt.value);
      } else if (same) {
        throw attempt.error;
      }
    }
    // New files may have come under the first name after it was looked at.
    passesWithout = found ? 0 : passesWithout + 1;
    if (passesWithout === 2) return undefined;
  }
  throw new Error(`store: expected ${target} to rest for a moment, but it was replaced ${MOST_PASSES} times`);
}
