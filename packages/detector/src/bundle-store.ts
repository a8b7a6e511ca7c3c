import type { FileStore } from '@utad/core';
import { HttpError, type HttpStoreOptions, httpStore } from '@utad/files';
import { BundleError } from './bundle-error';
import { MANIFEST_FILE, parseManifest } from './manifest';

/** How {@link bundleStore} fetches. */
export type BundleStoreOptions = Pick<HttpStoreOptions, 'fetch' | 'maxBytes' | 'signal'>;

/**
 * A bundle behind a URL, to be read and never written: `httpStore` of `@utad/files`, with `utad.json` as what says which
 * files there are.
 *
 * @param url of the folder, or of the `utad.json` in it. A query, such as a token, is kept for every file. Relative ones
 *   are taken from the page's address.
 * @throws TypeError when it is no URL.
 *
 * `read` and `list` reject with {@link BundleError} `missing` where the server has no such file, with `HttpError` where it
 * cannot be read, and with a `RangeError` for a name that leads out of the folder; `replace` always rejects.
 *
 * @example
 * const { detector } = await openBundle(bundleStore('https://example.org/bundle/'), [kind]);
 */
export function bundleStore(url: string | URL, options: BundleStoreOptions = {}): FileStore {
  const store = httpStore(url, {
    ...options,
    manifest: MANIFEST_FILE,
    filesOf: (manifest) =>
      new Map(Object.entries(parseManifest(manifest).files).map(([name, { bytes }]) => [name, bytes])),
  });
  return {
    list: () => store.list().catch(asBundleError),
    read: (name, range) => store.read(name, range).catch(asBundleError),
    replace: (files) => store.replace(files),
  };
}

function asBundleError(error: unknown): never {
  if (!(error instanceof HttpError && error.code === 'missing')) throw error;
  const message = `bundle: expected a file ${error.url}, the server answered ${error.status}`;
  throw new BundleError('missing', message);
}
