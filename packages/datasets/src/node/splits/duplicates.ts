import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DatasetError } from '../../errors';
import type { ImageEntry } from '../pipeline/image-entry';
import { unreadable } from '../unreadable';
import { SPLITS, type Split } from './splits';

/**
 * Refuses splits that hold the same image, byte by byte: what was trained on says nothing in a test. Only files of equal
 * length are read.
 *
 * @throws DatasetError `duplicate`, naming both files; `unreadable`.
 */
export async function expectDisjoint(
  splits: Readonly<Record<Split, readonly ImageEntry[]>>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const byLength = new Map<number, { split: Split; path: string }[]>();
  for (const split of SPLITS) {
    for (const { path } of splits[split]) {
      signal?.throwIfAborted();
      const { size } = await stat(path).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      const same = byLength.get(size);
      if (same === undefined) byLength.set(size, [{ split, path }]);
      else same.push({ split, path });
    }
  }
  for (const files of byLength.values()) {
    if (new Set(files.map(({ split }) => split)).size < 2) continue;
    const seen = new Map<string, { split: Split; path: string }>();
    for (const file of files) {
      signal?.throwIfAborted();
      const hash = await hashOf(file.path);
      const other = seen.get(hash);
      if (other === undefined) seen.set(hash, file);
      else if (other.split !== file.split) {
        throw new DatasetError(
          'duplicate',
          `expected no image in two splits, found ${other.path} (${other.split}) and ${file.path} (${file.split}) with the same content`,
        );
      }
    }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw unreadable(path, error);
  }
  return hash.digest('hex');
}
