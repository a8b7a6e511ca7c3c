import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import * as library from 'xz-decompress';
import { ArchiveError } from './archive-error';

/** The content of a gzip file; members that follow each other are one content, and nothing else may follow. */
export async function* gunzip(path: string, name: string): AsyncGenerator<Uint8Array> {
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
export async function* unxz(path: string, name: string): AsyncGenerator<Uint8Array> {
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
  const handle = await open(path);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
