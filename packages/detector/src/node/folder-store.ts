import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { FileStore } from '@utad/training';

/**
 * A folder as a store. Replacing writes a new folder beside it and changes their names, so that a crash leaves the old
 * files or the new ones; a change cut between the two renamings is completed by the next reading.
 */
export function folderStore(folder: string): FileStore {
  const target = resolve(folder);
  const previous = `${target}.previous`;

  const recover = async () => {
    if (!(await exists(target)) && (await exists(previous))) await rename(previous, target);
  };

  return {
    async list() {
      await recover();
      if (!(await exists(target))) return [];
      const entries = await readdir(target, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(target, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort();
    },

    async read(name, range) {
      await recover();
      const file = await open(inside(target, name));
      try {
        if (range === undefined) return new Uint8Array(await file.readFile());
        const bytes = new Uint8Array(range.length);
        const { bytesRead } = await file.read(bytes, 0, range.length, range.offset);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },

    async replace(files) {
      await recover();
      const staging = `${target}.new-${randomBytes(4).toString('hex')}`;
      try {
        for (const [name, bytes] of files) await writeDurably(inside(staging, name), bytes);
        await rm(previous, { recursive: true, force: true });
        if (await exists(target)) await rename(target, previous);
        await rename(staging, target);
        await rm(previous, { recursive: true, force: true });
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    },
  };
}

/** @throws RangeError when the name leads out of the folder. */
function inside(folder: string, name: string): string {
  const path = resolve(folder, name);
  if (!path.startsWith(folder + sep))
    throw new RangeError(`store: expected a name inside the folder, received ${name}`);
  return path;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'wx');
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file?.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
