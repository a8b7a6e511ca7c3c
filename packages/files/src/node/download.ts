import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Part } from '../http/ranges';
import { HttpError, type HttpOptions, requestFile, withoutQuery, withRetries } from '../http/request';
import { entryType } from './entries';
import { makeFolders } from './write';

/** How {@link downloadFile} downloads. */
export interface DownloadFileOptions extends HttpOptions {
  /** How long the file is, where that is known: an answer of another length is refused before it comes. */
  readonly bytes?: number | undefined;
}

/** A file that is longer than any, where nothing says how long it is. */
const MOST_BYTES = 100e9;

/**
 * Downloads a file, unless it is there. What comes is in `<path>.part` until it is whole, and is gone on with after an
 * interruption, by whatever process, where the server can tell one state of the file from another.
 *
 * @param path in a folder that is there.
 * @throws HttpError; errors of the disk stay as they are.
 *
 * @example
 * await downloadFile(new URL('https://example.org/set.tar.gz'), 'data/set.tar.gz', { onEvent: console.log });
 */
export async function downloadFile(url: URL, path: string, options: DownloadFileOptions = {}): Promise<void> {
  if ((await entryType(path)) === 'file') return;
  const part = new PartFile(path);
  const attempt = () => fetchRest(url, part, options);
  const restart = () => part.drop();
  await withRetries({ url: withoutQuery(url), attempt, length: () => part.length, restart }, options);
}

async function fetchRest(url: URL, part: PartFile, options: DownloadFileOptions): Promise<void> {
  const { bytes: expected, onEvent } = options;
  const shown = withoutQuery(url);
  const left = await leftOf(part, url);
  if (left !== undefined && left.size === part.length) return part.finish();
  const from = left && { begin: part.length };
  const answer = await requestFile(url, from, left?.validator, options).catch((error: unknown) => {
    if (!(error instanceof HttpError && error.code === 'range')) throw error;
    const { status } = error;
    const message = `expected the rest of ${shown}, received that there is none`;
    throw new HttpError('changed', message, shown, status === undefined ? {} : { status });
  });
  try {
    const { status, from: source } = answer;
    if (url.protocol === 'https:' && source.startsWith('http:')) {
      const message = `expected ${shown} over a safe connection, received ${withoutQuery(new URL(source))}`;
      throw new HttpError('status', message, shown, { status });
    }
    if (answer.partial && !answer.headers.has('content-range')) {
      const message = `expected the bytes of ${shown} from ${part.length} on, received no range`;
      throw new HttpError('status', message, shown, { status });
    }
    const size = answer.size ?? expected ?? null;
    if (expected !== undefined && size !== expected) throw wrongSize(shown, expected, size ?? 0);
    if (left !== undefined && answer.begin > 0) {
      // Not every server knows `If-Range`.
      const { validator = left.validator } = answer;
      if (validator !== left.validator || (size ?? left.size) !== (left.size ?? size)) {
        throw new HttpError('changed', `expected ${shown} to stay as it is, received another file`, shown);
      }
      await part.begin(left.state);
    } else {
      if (left !== undefined) {
        const reason = `expected the rest of ${shown}, received all of it: it is another file now, or its server knows no ranges`;
        onEvent?.({ type: 'restart', url: shown, reason });
      }
      await part.drop();
      const { validator } = answer;
      await part.begin(validator && JSON.stringify({ url: url.href, validator, size }));
    }
    if (part.length > 0) onEvent?.({ type: 'resume', url: shown, bytes: part.length, totalBytes: size });
    for await (const chunk of answer.body) {
      await part.append(chunk);
      if (part.length > (size ?? MOST_BYTES)) throw wrongSize(shown, size ?? MOST_BYTES, part.length);
      onEvent?.({ type: 'progress', url: shown, bytes: part.length, totalBytes: size });
    }
    if (size !== null && part.length < size) {
      const message = `expected ${size} bytes of ${shown}, but the connection ended after ${part.length}`;
      throw new HttpError('truncated', message, shown);
    }
    await part.finish();
  } finally {
    answer.cancel();
    await part.close();
  }
}

/** What an earlier attempt has left of this URL. */
async function leftOf(part: PartFile, url: URL) {
  const state = await part.left();
  if (state === undefined) return undefined;
  try {
    const { url: of, validator, size }: Record<string, unknown> = { ...JSON.parse(state) };
    if (of !== url.href || typeof validator !== 'string') return undefined;
    const known = typeof size === 'number' ? size : null;
    return part.length <= (known ?? part.length) ? { state, validator, size: known } : undefined;
  } catch {
    return undefined;
  }
}

function wrongSize(shown: string, expected: number, received: number): HttpError {
  return new HttpError('size', `expected ${expected} bytes of ${shown}, received ${received} or more`, shown);
}

/**
 * What came of a file so far, on the disk for a later process to go on with: the bytes in `<path>.part`, and in
 * `<path>.of` which state of which file they are of. Bytes of a file that its server cannot tell from others have no
 * `.of`, and are never gone on with.
 */
export class PartFile implements Part {
  readonly #part: string;
  readonly #of: string;
  #file: FileHandle | undefined;
  #length = 0;

  constructor(
    /** Where the file goes when it is whole. */
    readonly path: string,
  ) {
    this.#part = `${path}.part`;
    this.#of = `${path}.of`;
  }

  /** How many bytes are kept. */
  get length(): number {
    return this.#length;
  }

  /** Of what an earlier attempt has left bytes, as many as `length` says then; undefined where there are none. */
  async left(): Promise<string | undefined> {
    try {
      const state = await readFile(this.#of, 'utf8');
      const { size } = await stat(this.#part);
      this.#length = size;
      return size > 0 ? state : undefined;
    } catch {
      // Whatever stands in the way of reading it, the file can be fetched.
      this.#length = 0;
      return undefined;
    }
  }

  /** Goes on with what is there where it is of this state, and lets go of it where it is not. */
  async begin(state: string | undefined): Promise<void> {
    if ((await this.left()) === state && state !== undefined) {
      this.#file = await open(this.#part, 'a');
      return;
    }
    await this.drop();
    makeFolders(dirname(this.path));
    this.#file = await open(this.#part, 'wx');
    if (state !== undefined) await writeFile(this.#of, state);
  }

  /** Keeps more. */
  async append(chunk: Uint8Array): Promise<void> {
    await this.#file?.writeFile(chunk);
    this.#length += chunk.length;
  }

  /** All that came. */
  async bytes(): Promise<Uint8Array> {
    return readFile(this.#part);
  }

  /** Nothing more comes for now: what was kept is on the disk when this resolves. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.datasync();
    } finally {
      await file?.close();
    }
  }

  /** Lets go of what came. The note goes first: old bytes must never stand under the name of another state. */
  async drop(): Promise<void> {
    await this.close();
    await rm(this.#of, { force: true });
    await rm(this.#part, { force: true });
    this.#length = 0;
  }

  /** It is whole: it goes to its place. */
  async finish(): Promise<void> {
    await this.close();
    await rename(this.#part, this.path);
    await rm(this.#of, { force: true });
  }
}
