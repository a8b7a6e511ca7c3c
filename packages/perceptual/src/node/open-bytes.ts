import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../load/from-safetensors';

/** Does something with a file of which any part can be read. */
export async function withFile<T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return await use({ size, read: (offset, length) => read(handle, offset, length) });
  } finally {
    await handle.close();
  }
}

/** Fewer bytes only where the file ends. */
async function read(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
