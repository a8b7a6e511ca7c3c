import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from './make-folders';

/** Files written beside their places, to come there together. */
export interface StagedFiles {
  /** Puts them in their places, in order, over those that may be there. */
  commit(): Promise<void>;
  /** Removes those that are not in their places, and folders made for them. */
  discard(): Promise<void>;
}

/** Writes a file whole or not at all, over one that may be there; makes the folders it needs. */
export async function writeFile(path: string, content: string | Uint8Array): Promise<void> {
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
      const staging = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      waiting.set(path, staging);
      await write(staging, content);
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

async function write(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** JSON for people and programs: indented, with a line end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
