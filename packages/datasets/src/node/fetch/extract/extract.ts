import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { expectPlainFile } from '@utad/files/node';
import * as library from 'xz-decompress';
import { ArchiveError, type ArchiveLimits, Budget, metered } from './budget';
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
  const message = `archive: expected a name that ends with .tar, .tar.gz, .tar.xz, .zip or .gz, received ${path}`;
  throw new TypeError(message);
}

/** The content of a gzip file; members that follow each other are one content, and nothing else may follow. */
async function* gunzip(path: string, name: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const content = createGunzip();
  // An error of the file, such as a disk that fails, is told as it is.
  file.on('error', (error) => content.destroy(error));
  try {
    for await (const chunk of file.pipe(content)) yield chunk;
  } catch (error) {
    throw damaged(name, 'gzip', error);
  } finally {
    file.destroy();
    content.destroy();
  }
  const taken = content.bytesWritten;
  const { size } = await withFile(path, (handle) => handle.stat());
  if (taken < size) {
    const reason = `expected the end of the gzip data after ${taken} bytes, received ${size - taken} more`;
    throw new ArchiveError('damaged', name, reason);
  }
}

/** The content of an xz file of one stream, as `xz` writes; memory is bounded by its dictionary, of 64 MiB at most. */
async function* unxz(path: string, name: string): AsyncGenerator<Uint8Array> {
  const end = await lastBytes(path, 2);
  if (end.toString('latin1') !== 'YZ') {
    throw new ArchiveError('damaged', name, 'expected a whole xz file, received one without its end');
  }
  const file = createReadStream(path);
  const reader = new (decoder())(webStream(file)).getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.length > 0) yield value;
    }
    ended = true;
  } catch (error) {
    ended = true;
    throw damaged(name, 'xz', error);
  } finally {
    // Only one stream is unpacked at a time, and the next would wait for this one.
    if (!ended) await reader.cancel().catch(() => undefined);
    file.destroy();
  }
}

/** Node finds no names in what webpack made of the library, and gives all of it as the default. */
function decoder(): typeof library.XzReadableStream {
  const whole: unknown = Reflect.get(library, 'default');
  return (isLibrary(whole) ? whole : library).XzReadableStream;
}

function isLibrary(value: unknown): value is typeof library {
  return typeof value === 'object' && value !== null && 'XzReadableStream' in value;
}

function webStream(file: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = file[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

function damaged(name: string, format: string, error: unknown): unknown {
  if (error instanceof ArchiveError || isSystemError(error)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new ArchiveError('damaged', name, `expected whole ${format} data, received damaged (${why})`, {
    cause: error,
  });
}

/** Of the file system; those of zlib have codes of their own. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function lastBytes(path: string, count: number): Promise<Buffer> {
  return withFile(path, async (handle) => {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, Math.max(0, size - count));
    return buffer.subarray(0, bytesRead);
  });
}

async function withFile<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  await expectPlainFile(path);
  const handle = await open(path);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
