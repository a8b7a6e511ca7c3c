import { randomBytes } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { entryType } from './entries';

/** Files written beside their places, to come there together. */
export interface StagedFiles {
  /** Puts them in their places, in order, over those that may be there. */
  commit(): Promise<void>;
  /** Removes those that are not in their places, and folders made for them. */
  discard(): Promise<void>;
}

const random = (): string => randomBytes(4).toString('hex');

/**
 * Writes a file whole or not at all, over one that may be there; makes the folders it needs. Until it is whole it is
 * called `<path>.<8 hexadecimal digits>.tmp`, which {@link removeLeftovers} can tell where the process was killed.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const staged = await stageFiles([[path, content]]);
  await staged.commit();
}

/**
 * Writes files, each whole, but for putting them in their places; makes the folders they need. Where one cannot be written,
 * or put in its place, none of them is left behind but those that were put there already.
 */
export async function stageFiles(
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
): Promise<StagedFiles> {
  const waiting = new Map<string, string>();
  const unmakers: (() => void)[] = [];
  const discard = async () => {
    for (const staging of waiting.values()) await rm(staging, { force: true });
    for (const unmake of unmakers.reverse()) unmake();
  };
  const orDiscard = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      await discard();
      throw error;
    }
  };
  await orDiscard(async () => {
    for (const [path, content] of files) {
      unmakers.push(makeFolders(dirname(path)));
      const staging = `${path}.${random()}.tmp`;
      waiting.set(path, staging);
      await writeSynced(staging, content);
    }
  });
  return {
    discard,
    commit: () =>
      orDiscard(async () => {
        for (const [path, staging] of waiting) {
          await rename(staging, path);
          waiting.delete(path);
        }
      }),
  };
}

/** Writes a file that must not exist yet, and returns once it would survive a loss of power. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Makes a folder and those above it.
 *
 * @returns Removes again those that it made, as far as nothing lies in them.
 */
export function makeFolders(path: string): () => void {
  const first = mkdirSync(path, { recursive: true });
  return () => {
    if (first === undefined) return;
    const top = resolve(first);
    for (let at = resolve(path); at.length >= top.length; at = dirname(at)) {
      try {
        rmdirSync(at);
      } catch {
        // Somebody else's files are in it, or it is gone.
        return;
      }
    }
  };
}

/**
 * A folder in the making: files are written to `path`, inside the folder meant, and come to their places together. Until then
 * what lies in the folder stays as it is; when it comes to nothing, no trace is left, and neither where the process exits.
 */
export class StagedFolder {
  /** Where to write. */
  readonly path: string;
  private readonly unmake: () => void;

  /** Makes the folder, and those above it. */
  constructor(private readonly folder: string) {
    this.path = join(folder, `unfinished-${random()}.tmp`);
    this.unmake = makeFolders(folder);
    mkdirSync(this.path);
    process.once('exit', this.discard);
  }

  /** Moves all to its place, over files of the same names that may be there; others stay. */
  async commit(): Promise<void> {
    await moveInto(this.path, this.folder);
    this.discard();
  }

  /** Removes what was not moved, and the folders made for it. */
  readonly discard = (): void => {
    process.removeListener('exit', this.discard);
    rmSync(this.path, { recursive: true, force: true });
    this.unmake();
  };
}

/** Whole folders at once where nothing is in their place. */
async function moveInto(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && (await entryType(target)) === 'folder') await moveInto(source, target);
    else await rename(source, target);
  }
}

/**
 * Makes a folder that appears when all of it is written, in place of one that may be there, and not at all where that
 * fails. Until then it is called `<path>.new-<8 hexadecimal digits>`.
 *
 * @param write fills a folder that is there and empty.
 */
export async function writeFolder(path: string, write: (staging: string) => Promise<void>): Promise<void> {
  const staging = `${path}.new-${random()}`;
  const unmake = makeFolders(dirname(path));
  try {
    await mkdir(staging);
    await write(staging);
    const previous = `${path}.old-${random()}`;
    await replaceFolder(staging, path, previous);
    await rm(previous, { recursive: true, force: true });
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    unmake();
    throw error;
  }
}

/**
 * Moves a folder to a place where another may be, which cannot be done at once: the old one is set aside first, and comes
 * back where the new one cannot be moved.
 *
 * @param aside where the old one is afterwards, for the caller to remove.
 */
export async function replaceFolder(from: string, to: string, aside: string): Promise<void> {
  const there = (await entryType(to)) === 'folder';
  if (there) await rename(to, aside);
  try {
    await rename(from, to);
  } catch (error) {
    if (there) await rename(aside, to).catch(() => undefined);
    throw error;
  }
}
