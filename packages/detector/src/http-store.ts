import type { FileStore } from '@utad/core';
import { BundleError } from './bundle-error';
import { HttpStoreError } from './http-store-error';
import { MANIFEST_FILE, parseManifest } from './manifest';
import { readAtMost } from './read-at-most';

/** How {@link httpStore} fetches. */
export interface HttpStoreOptions {
  /** Default the global one. Wrap it to add headers or a timeout. */
  readonly fetch?: typeof globalThis.fetch;
  /** A file of more bytes is not read, and nothing is allocated for it. Default 2^30. */
  readonly maxBytes?: number;
  /** Stops what is being fetched; reading then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A manifest lists a handful of files; a longer answer is something else. */
const LARGEST_MANIFEST = 2 ** 22;

/** Status of an answer to a range that starts behind the last byte. */
const PAST_THE_END = 416;

type Range = { readonly offset: number; readonly length: number };

/**
 * A bundle behind a URL, to be read and never written. Which files there are is what its manifest says, so nothing needs
 * to be listed by the server; any server of plain files will do. Parts of a file are asked for by `Range`, and cut out
 * here where the server sends the whole.
 *
 * @param url of the folder, or of the `utad.json` in it. A query, such as a token, is kept for every file. Relative ones
 *   are taken from the page's address.
 * @throws TypeError when it is no URL.
 *
 * `read` and `list` reject with {@link BundleError} `missing` where the server has no such file, with
 * {@link HttpStoreError} where it cannot be read, and with a `RangeError` for a name that leads out of the folder;
 * `replace` always rejects.
 *
 * @example
 * const { detector } = await openBundle(httpStore('https://example.org/bundle/'), [kind]);
 */
export function httpStore(url: string | URL, options: HttpStoreOptions = {}): FileStore {
  const { maxBytes = 2 ** 30, signal } = options;
  const folder = folderOf(url);
  // Called as a plain function: the browser's own refuses to be a method of something else.
  const request = options.fetch ?? globalThis.fetch;
  /** What the manifest says of each file, once it was read. */
  let sizes: ReadonlyMap<string, number> = new Map();

  async function answer(address: URL, range?: Range): Promise<Response> {
    const shown = withoutQuery(address);
    const headers: Record<string, string> = range ? { range: `bytes=${first(range)}-${last(range)}` } : {};
    let response: Response;
    try {
      response = await request(address, { headers, ...(signal && { signal }) });
    } catch (cause) {
      signal?.throwIfAborted();
      const message = `expected an answer from ${shown}, received none: ${reasonOf(cause)}`;
      throw new HttpStoreError('unreachable', message, shown, { cause });
    }
    const { status, statusText, ok } = response;
    if (ok || (status === PAST_THE_END && range)) return response;
    letGo(response);
    if (status === 404 || status === 410) {
      throw new BundleError('missing', `bundle: expected a file ${shown}, the server answered ${status}`);
    }
    const received = statusText === '' ? `${status}` : `${status} ${statusText}`;
    throw new HttpStoreError('status', `expected ${shown}, received ${received}`, shown, { status });
  }

  /** The bytes of an answer up to `most`, and whether there were more. */
  async function bytesOf(response: Response, address: URL, most: number) {
    const outcome = await readAtMost(response.body, most);
    signal?.throwIfAborted();
    if (outcome.end !== 'broken') return outcome;
    const { bytes, cause } = outcome;
    const shown = withoutQuery(address);
    throw new HttpStoreError(
      'truncated',
      `expected the whole of ${shown}, received ${bytes.length} bytes before the connection ended`,
      shown,
      { status: response.status, cause },
    );
  }

  async function whole(name: string, most: number): Promise<Uint8Array> {
    const address = addressOf(folder, name);
    const { end, bytes } = await bytesOf(await answer(address), address, most);
    if (end === 'complete') return bytes;
    const shown = withoutQuery(address);
    throw new HttpStoreError('size', `expected ${shown} of at most ${most} bytes, received more`, shown);
  }

  async function part(name: string, range: Range): Promise<Uint8Array> {
    const address = addressOf(folder, name);
    const response = await answer(address, range);
    if (response.status === PAST_THE_END) {
      letGo(response);
      return new Uint8Array();
    }
    checkPart(response, address, range);
    // A server that knows no ranges sends the file from its start.
    const skip = response.status === 206 ? 0 : range.offset;
    const { bytes } = await bytesOf(response, address, skip + range.length);
    return bytes.slice(skip, skip + range.length);
  }

  return {
    async list() {
      const { files } = parseManifest(await whole(MANIFEST_FILE, LARGEST_MANIFEST));
      sizes = new Map(Object.entries(files).map(([name, { bytes }]) => [name, bytes]));
      return [MANIFEST_FILE, ...sizes.keys()];
    },

    async read(name, range) {
      if (range) {
        checkRange(range, maxBytes);
        return range.length === 0 ? new Uint8Array() : part(name, range);
      }
      if (name === MANIFEST_FILE) return whole(name, LARGEST_MANIFEST);
      const size = sizes.get(name) ?? 0;
      if (size > maxBytes) {
        const shown = withoutQuery(addressOf(folder, name));
        const message = `expected ${shown} of at most ${maxBytes} bytes, its manifest says ${size}`;
        throw new HttpStoreError('size', message, shown);
      }
      return whole(name, sizes.get(name) ?? maxBytes);
    },

    async replace() {
      const shown = withoutQuery(folder);
      throw new HttpStoreError('read-only', `expected a store that can be written, received ${shown}`, shown);
    },
  };
}

/** With a slash at its end, so that names are looked up inside. */
function folderOf(url: string | URL): URL {
  const page = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  const folder = new URL(url, page);
  folder.hash = '';
  if (folder.pathname.endsWith(`/${MANIFEST_FILE}`)) {
    folder.pathname = folder.pathname.slice(0, -MANIFEST_FILE.length);
  }
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
  throw new RangeError(
    `store: expected an offset from 0 and a length from 0 to ${maxBytes}, received ${offset} and ${length}`,
  );
}

/** Where the answer says which part it is, it must be the one asked for. */
function checkPart(response: Response, address: URL, range: Range): void {
  const sent = response.headers.get('content-range');
  if (response.status !== 206 || sent === null || sent.startsWith(`bytes ${first(range)}-`)) return;
  letGo(response);
  const shown = withoutQuery(address);
  const message = `expected bytes ${first(range)}-${last(range)} of ${shown}, received ${sent}`;
  throw new HttpStoreError('status', message, shown, { status: response.status });
}

const first = ({ offset }: Range): number => offset;
const last = ({ offset, length }: Range): number => offset + length - 1;

/** A body that nobody reads would keep its connection busy. What cancelling it reports helps no one. */
function letGo(response: Response): void {
  response.body?.cancel().catch(() => {});
}

/** For messages: a query may hold a secret. */
function withoutQuery(address: URL): string {
  return `${address.origin === 'null' ? `${address.protocol}//` : address.origin}${address.pathname}`;
}

/** Node says `fetch failed` and keeps the reason as the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
