import { open } from 'node:fs/promises';
import { isSystemError } from './system-error';

/** Writes a file that must not exist yet, and returns once it would survive a loss of power. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What Windows and some network file systems answer, which can't sync the names in a folder. */
const UNSUPPORTED = ['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

/** Makes the names in a folder, as they are now, survive a loss of power, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!isSystemError(error, ...UNSUPPORTED)) throw error;
  }
}
