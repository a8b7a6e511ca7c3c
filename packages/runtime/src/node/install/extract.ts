import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { damaged, readArchive } from './archive';

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
  /** The most bytes that may be unpacked: an archive that declares more is refused. */
  readonly largest: number;
  /** Is told how much will be unpacked before anything is; throws where there is no room for it. */
  readonly requireRoom?: (bytes: number) => Promise<void>;
  readonly onBytes?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const EXECUTABLE = /(?:^|\/)bin\/[^/]+$/;

/**
 * Unpacks chosen files of a zip archive, comparing each with its checksum.
 * @throws InstallProblem for an archive that is damaged, that holds none of the files, or whose chosen files are too
 *   large together.
 */
export async function extract(archive: string, folder: string, options: ExtractOptions): Promise<void> {
  const { place, largest, requireRoom, onBytes, signal } = options;
  await readArchive(archive, async (zip, entries) => {
    const chosen = entries.flatMap((entry) => {
      const target = place(entry.fileName);
      return target === undefined ? [] : [{ entry, target: join(folder, target) }];
    });
    if (chosen.length === 0) throw damaged(archive, 'expected libraries in it, received none');
    const targets = new Set<string>();
    for (const { entry, target } of chosen) {
      if (targets.has(target)) throw damaged(archive, `${entry.fileName} is in it twice`);
      targets.add(target);
    }
    const total = chosen.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    if (total > largest) {
      throw damaged(archive, `expected at most ${largest} bytes to unpack, received ${total}`);
    }
    await requireRoom?.(total);
    let bytes = 0;
    const report = setInterval(() => onBytes?.(bytes, total), 500);
    try {
      for (const { entry, target } of chosen) {
        await mkdir(dirname(target), { recursive: true });
        let checksum = 0;
        const watch = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            bytes += chunk.length;
            checksum = crc32(chunk, checksum);
            done(null, chunk);
          },
        });
        const from = await zip.openReadStreamPromise(entry);
        const to = createWriteStream(target, { mode: EXECUTABLE.test(target) ? 0o755 : 0o644 });
        await pipeline(from, watch, to, signal ? { signal } : {});
        if (checksum !== entry.crc32)
          throw damaged(archive, `${entry.fileName} has another checksum than it says`);
      }
    } finally {
      clearInterval(report);
    }
  });
}
