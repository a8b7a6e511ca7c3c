import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf } from './exists';
import { makeFolders } from './make-folders';

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
    this.path = join(folder, `unfinished-${randomBytes(4).toString('hex')}.tmp`);
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
    if (entry.isDirectory() && (await kindOf(target)) === 'folder') await moveInto(source, target);
    else await rename(source, target);
  }
}
