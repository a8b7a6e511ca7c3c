import { randomBytes } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { entryType, isSystemError } from './entries';
import { FileError, type InputFiles, writtenPath } from './plain-file';

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
 * called `<path>.<8 hexadecimal digits>.tmp`, which {@link removeLeftovers} can tell where the process was killed. A link is
 * written through, to the file that it means.
 *
 * @throws FileError `no-file` where something is there that is no file.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const staged = await stageFiles([[path, content]]);
  await staged.commit();
}

/**
 * Writes files, each whole, but for putting them in their places; makes the folders they need. Where one cannot be written,
 * or put in its place, none of them is left behind but those that were put there already. Links are written through.
 *
 * @throws FileError `no-file` where something is there that is no file.
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
    for (const [named, content] of files) {
      const path = await writtenPath(named);
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
 * @throws FileError `no-folder` where the system keeps folders of its own, such as `/proc`; its error where it says more.
 */
export function makeFolders(path: string): () => void {
  const made: string[] = [];
  makeFolder(resolve(path), made);
  return () => {
    for (const folder of made.splice(0).reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        // Somebody else's files are in it, or it is gone.
        return;
      }
    }
  };
}

/**
 * By itself: where a folder takes no others and says that there is nothing, as `/proc` does, Node's `recursive` tries for ever;
 * and of a disk that cannot be written it says that there is nothing.
 */
function makeFolder(path: string, made: string[]): void {
  const attempt = () => {
    mkdirSync(path);
    made.push(path);
  };
  const parent = dirname(path);
  try {
    attempt();
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    if (!isSystemError(error, 'ENOENT') || parent === path) throw error;
    makeFolder(parent, made);
    try {
      attempt();
    } catch (again) {
      // Another process may have been faster.
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
      if (!isSystemError(again, 'ENOENT')) throw again;
      throw new FileError('no-folder', `expected to make the folder ${path}, but ${parent} takes none`, path);
    }
  }
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
    process.prependOnceListener('exit', this.discard);
  }

  /**
   * Moves all to its place, over files of the same names that may be there; others stay.
   *
   * @param inputs what must not be written over.
   * @throws FileError `input`, `no-file` where something is there that must stay; nothing is moved then.
   */
  async commit(inputs?: InputFiles): Promise<void> {
    const moves = await movesInto(this.path, this.folder);
    await inputs?.expectNone(moves.map(({ to }) => to));
    for (const { from, to, throughLink } of moves) {
      // What a link means may lie on another disk.
      if (throughLink) await writeFileAtomic(to, await readFile(from));
      else await rename(from, to);
    }
    this.discard();
  }

  /** Removes what was not moved, and the folders made for it. */
  readonly discard = (): void => {
    process.removeListener('exit', this.discard);
    rmSync(this.path, { recursive: true, force: true });
    this.unmake();
  };
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly throughLink: boolean;
}

/**
 * What has to be moved: whole folders at once where nothing is in their place.
 *
 * @throws FileError `no-file`
 */
async function movesInto(from: string, to: string): Promise<Move[]> {
  const moves: Move[] = [];
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (!entry.isDirectory()) {
      const written = await writtenPath(target);
      moves.push({ from: source, to: written, throughLink: written !== target });
    } else if ((await entryType(target)) === 'folder') moves.push(...(await movesInto(source, target)));
    else moves.push({ from: source, to: target, throughLink: false });
  }
  return moves;
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
