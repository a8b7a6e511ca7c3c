import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What there is to compare a file with. */
export interface FileHash {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Hexadecimal; some datasets are cited with this one only. */
  readonly md5: string;
}

/** Length and hashes of a file of any size, in one reading. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<FileHash> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    signal?.throwIfAborted();
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}
