import { stat } from 'node:fs/promises';
import { isSystemError } from './system-error';

/**
 * Tells a folder from others that have had its name: each replacement brings a new one, and its time of change sets it
 * apart from a removed one whose number it got. Undefined where there is no folder.
 */
export async function generationOf(path: string): Promise<string | undefined> {
  try {
    const entry = await stat(path, { bigint: true });
    return entry.isDirectory() ? `${entry.dev} ${entry.ino} ${entry.mtimeNs}` : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
