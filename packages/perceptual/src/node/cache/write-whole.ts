import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** Writes a file whole or not at all, over one that may be there. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const staging = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(staging, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { force: true });
    throw error;
  }
}
