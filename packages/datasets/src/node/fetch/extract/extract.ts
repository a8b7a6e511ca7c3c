import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ArchiveLimits, Budget, metered } from './budget';
import { gunzip, unxz } from './decompress';
import { untar } from './tar';
import { TreeWriter } from './tree-writer';
import { unzip } from './zip';

/** The kinds of archives that are unpacked; `gz` is one file. */
export type ArchiveKind = 'tar' | 'tar.gz' | 'tar.xz' | 'zip' | 'gz';

/** How {@link extractArchive} unpacks. */
export interface ExtractOptions {
  /** Default: by the file name. */
  readonly kind?: ArchiveKind;
  /** What may come out at most. */
  readonly limits?: ArchiveLimits;
  /** Which entries are wanted, by the parts of their paths. Default all. */
  readonly choose?: (parts: readonly string[]) => boolean;
  /** Is told how many files are written so far. */
  readonly onProgress?: (files: number) => void;
  /** Stops; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Unpacks an archive from anywhere into a new folder: nothing leaves it, links and devices are refused, sizes are bounded
 * while bytes come, and where anything is wrong nothing is left.
 *
 * @param path of the archive.
 * @param folder to make.
 * @returns the number of files.
 * @throws ArchiveError for an archive that is refused.
 * @throws TypeError when `kind` is not given and the name does not tell it.
 */
export async function extractArchive(
  path: string,
  folder: string,
  { kind = kindOf(path), limits = {}, choose = () => true, onProgress, signal }: ExtractOptions = {},
): Promise<number> {
  const name = basename(path);
  const budget = new Budget(name, (await stat(path)).size, limits);
  await mkdir(folder);
  let files = 0;
  const writer = new TreeWriter(folder, budget, choose, () => {
    files += 1;
    onProgress?.(files);
  });
  const content = (chunks: AsyncIterable<Uint8Array>) => metered(chunks, budget, signal);
  try {
    switch (kind) {
      case 'zip':
        await unzip(path, writer, signal);
        break;
      case 'gz':
        await writer.file(name.replace(/\.gz$/i, ''), content(gunzip(path, name)));
        break;
      case 'tar':
        await untar(content(createReadStream(path)), writer);
        break;
      case 'tar.gz':
        await untar(content(gunzip(path, name)), writer);
        break;
      case 'tar.xz':
        await untar(content(unxz(path, name)), writer);
        break;
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return files;
}

/** The kind of archive that a file name tells. */
export function archiveKindOf(path: string): ArchiveKind | undefined {
  const name = path.toLowerCase();
  if (/\.(tar\.gz|tgz)$/.test(name)) return 'tar.gz';
  if (/\.(tar\.xz|txz)$/.test(name)) return 'tar.xz';
  return (['tar', 'zip', 'gz'] as const).find((kind) => name.endsWith(`.${kind}`));
}

function kindOf(path: string): ArchiveKind {
  const kind = archiveKindOf(path);
  if (kind !== undefined) return kind;
  throw new TypeError(
    `archive: expected a name that ends with .tar, .tar.gz, .tar.xz, .zip or .gz, received ${path}`,
  );
}
