import type { FileStore } from '@utad/core';
import { joined } from './http/ranges';
import { type Answer, HttpError, type HttpErrorCode, request, withoutQuery } from './http/request';

/** What is behind the URL of an {@link httpStore}, and how it is fetched. */
export interface HttpStoreOptions {
  /** The file of the folder that says which others there are, such as `utad.json`. */
  readonly manifest: string;
  /** Name and length in bytes of the other files, from what is in the manifest. What it throws passes through. */
  readonly filesOf: (manifest: Uint8Array) => ReadonlyMap<string, number>;
  /** Default the global one. Wrap it to add headers or a timeout. */
  readonly fetch?: typeof globalThis.fetch;
  /** A file of more bytes is not read, and nothing is allocated for it. Default 2^30. */
  readonly maxBytes?: number;
  /** Stops what is being fetched; reading then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A manifest lists a handful of files; a longer answer is something else. */
const LARGEST_MANIFEST = 2 ** 22;

type Range = { readonly offset: number; readonly length: number };

/**
 * A folder behind a URL, to be read and never written. Which files there are is what its manifest says, so nothing needs
 * to be listed by the server; any server of plain files will do. Parts of a file are asked for by `Range`, and cut out
 * here where the server sends the whole.
 *
 * @param url of the folder, or of the manifest in it. A query, such as a token, is kept for every file. Relative ones
 *   are taken from the page's address.
 * @throws TypeError when it is no URL.
 *
 * `read` and `list` reject with {@link HttpError}, `missing` where the server has no such file, and with a `RangeError`
 * for a name that leads out of the folder; `replace` always rejects.
 */
export function httpStore(url: string | URL, options: HttpStoreOptions): FileStore {
  const { manifest, filesOf, fetch, maxBytes = 2 ** 30, signal } = options;
  const folder = folderOf(url, manifest);
  // Patience is the caller's business: a signal, or a fetch with a timeout.
  const asking = { ...(fetch && { fetch }), ...(signal && { signal }), patience: Number.POSITIVE_INFINITY };
  /** What the manifest says of each file, once it was read. */
  let sizes: ReadonlyMap<string, number> = new Map();

  async function whole(name: string, most: number): Promise<Uint8Array> {
    const address = addressOf(folder, name);
    const { over, bytes } = await readAtMost(await request(address, {}, asking), most, address);
    if (over) throw problem('size', address, `of at most ${most} bytes, received more`);
    return bytes;
  }

  async function part(name: string, range: Range): Promise<Uint8Array> {
    const address = addressOf(folder, name);
    const [first, last] = [range.offset, range.offset + range.length - 1];
    let answer: Answer;
    try {
      answer = await request(address, { range: `bytes=${first}-${last}` }, asking);
    } catch (error) {
      if (error instanceof HttpError && error.code === 'range') return new Uint8Array();
      throw error;
    }
    // Where the answer says which part it is, it must be the one asked for.
    const sent = answer.headers.get('content-range');
    if (answer.status === 206 && sent !== null && !sent.startsWith(`bytes ${first}-`)) {
      answer.cancel();
      const shown = withoutQuery(address);
      const message = `expected bytes ${first}-${last} of ${shown}, received ${sent}`;
      throw new HttpError('status', message, shown, { status: answer.status });
    }
    // A server that knows no ranges sends the file from its start.
    const skip = answer.status === 206 ? 0 : range.offset;
    const { bytes } = await readAtMost(answer, skip + range.length, address);
    return bytes.slice(skip, skip + range.length);
  }

  return {
    async list() {
      sizes = filesOf(await whole(manifest, LARGEST_MANIFEST));
      return [manifest, ...sizes.keys()];
    },

    async read(name, range) {
      if (range) {
        checkRange(range, maxBytes);
        return range.length === 0 ? new Uint8Array() : part(name, range);
      }
      if (name === manifest) return whole(name, LARGEST_MANIFEST);
      const size = sizes.get(name) ?? 0;
      if (size > maxBytes) {
        const address = addressOf(folder, name);
        throw problem('size', address, `of at most ${maxBytes} bytes, its manifest says ${size}`);
      }
      return whole(name, sizes.get(name) ?? maxBytes);
    },

    async replace() {
      const shown = withoutQuery(folder);
      throw new HttpError('read-only', `expected a store that can be written, received ${shown}`, shown);
    },
  };
}

/** Reads a body, and lets go of it as soon as there is more: memory never depends on what a server chooses to send. */
async function readAtMost(
  { body, status }: Answer,
  most: number,
  address: URL,
): Promise<{ readonly bytes: Uint8Array; readonly over: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > most) break;
    }
  } catch (error) {
    if (!(error instanceof HttpError && error.code === 'truncated')) throw error;
    const shown = withoutQuery(address);
    const message = `expected the whole of ${shown}, received ${length} bytes before the connection ended`;
    throw new HttpError('truncated', message, shown, { status, cause: error.cause });
  }
  return { bytes: joined(chunks), over: length > most };
}

function problem(code: HttpErrorCode, address: URL, what: string): HttpError {
  const shown = withoutQuery(address);
  return new HttpError(code, `expected ${shown} ${what}`, shown);
}

/** With a slash at its end, so that names are looked up inside. */
function folderOf(url: string | URL, manifest: string): URL {
  const page = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  if (!URL.canParse(url, page)) {
    const where = page === undefined ? '; relative ones mean something only in a page' : '';
    throw new TypeError(`store: expected a URL such as https://example.org/folder/, received ${url}${where}`);
  }
  const folder = new URL(url, page);
  folder.hash = '';
  if (folder.pathname.endsWith(`/${manifest}`)) folder.pathname = folder.pathname.slice(0, -manifest.length);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

/** @throws RangeError when the name leads out of the folder. */
function addressOf(folder: URL, name: string): URL {
  const parts = name.split('/');
  if (parts.some((part) => ['', '.', '..'].includes(part) || part.includes('\\'))) {
    throw new RangeError(`store: expected a name inside the folder, received ${name}`);
  }
  // Encoded, a part can be neither a query nor, whatever the server decodes, another folder.
  const address = new URL(parts.map(encodeURIComponent).join('/'), folder);
  address.search = folder.search;
  return address;
}

function checkRange({ offset, length }: Range, maxBytes: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (whole && length <= maxBytes) return;
  const message = `store: expected an offset from 0 and a length from 0 to ${maxBytes}, received ${offset} and ${length}`;
  throw new RangeError(message);
}
