import { readFile, stat } from 'node:fs/promises';
import { ImageError } from '../../errors';
import { checkBytes, type ImageLimits } from './limits';

/** What tells one state of a file from a later one without reading it. */
export interface FileState {
  readonly bytes: number;
  /** Nanoseconds since 1970: of the last change of content, and of anything, permissions and name included. */
  readonly modified: bigint;
  readonly changed: bigint;
}

/**
 * Looks at an image file without opening it.
 *
 * @throws ImageError when there is none, or it is something else: a device or a pipe might never end.
 */
export async function imageFileState(path: string): Promise<FileState> {
  const stats = await stat(path, { bigint: true }).catch(asImageError(path));
  if (!stats.isFile())
    throw new ImageError(path, stats.isDirectory() ? 'a folder' : 'something that is no file');
  return { bytes: Number(stats.size), modified: stats.mtimeNs, changed: stats.ctimeNs };
}

/**
 * The bytes of an image file, whose size is looked at before it is read.
 *
 * @throws ImageError when it is too large, empty, or cannot be read.
 */
export async function readImageFile(
  path: string,
  limits?: ImageLimits,
  state?: FileState,
): Promise<Uint8Array> {
  const { bytes } = state ?? (await imageFileState(path));
  checkBytes(bytes, path, limits);
  return readFile(path).catch(asImageError(path));
}

const asImageError = (path: string) => (cause: Error) => {
  throw new ImageError(path, cause.message, { cause });
};
