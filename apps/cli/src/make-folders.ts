import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

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
