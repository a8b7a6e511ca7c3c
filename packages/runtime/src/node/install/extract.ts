import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

/** More than TensorFlow's library and headers need (0.9 GB), and less than would fill a disk. */
const LARGEST_TOTAL = 4_000_000_000;

/** Where a file of the wheel goes, relative to the target folder; undefined leaves it out. */
export type Placement = (path: string) => string | undefined;

const LIBRARY = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADER = /^tensorflow\/include\/((?:tensorflow|tsl|xla)\/.+\.(?:h|inc))$/;

/** Lays the parts of TensorFlow's wheel out as tfjs-node's `deps` folder: `lib/` and `include/`. */
export const tensorflowDeps: Placement = (path) => {
  const library = LIBRARY.exec(path)?.[1];
  if (library) return join('lib', library);
  const header = HEADER.exec(path)?.[1];
  return header ? join('include', header) : undefined;
};

export interface ExtractOptions {
  readonly place: Placement;
  readonly onBytes?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks chosen files of a zip archive. The reader refuses entries whose path is absolute or leaves the folder,
 * and entries that are larger than they say.
 * @throws Error for such an archive, for one whose chosen files are too large together, and for one with none.
 */
export async function extract(archive: string, folder: string, options: ExtractOptions): Promise<void> {
  const { place, onBytes, signal } = options;
  const zip = await openPromise(archive, { autoClose: false });
  try {
    const chosen = [];
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      const target = place(entry.fileName);
      if (target === undefined) continue;
      total += entry.uncompressedSize;
      chosen.push({ entry, target: join(folder, target) });
    }
    if (chosen.length === 0)
      throw new Error(`expected TensorFlow's library in ${archive}, received none of it`);
    if (total > LARGEST_TOTAL) {
      throw new Error(`expected at most ${LARGEST_TOTAL} bytes to unpack, received ${total}`);
    }
    let bytes = 0;
    for (const { entry, target } of chosen) {
      await mkdir(dirname(target), { recursive: true });
      const from = await zip.openReadStreamPromise(entry);
      from.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      const report = setInterval(() => onBytes?.(bytes, total), 500);
      try {
        await pipeline(from, createWriteStream(target), signal ? { signal } : {});
      } finally {
        clearInterval(report);
      }
    }
  } finally {
    zip.close();
  }
}
