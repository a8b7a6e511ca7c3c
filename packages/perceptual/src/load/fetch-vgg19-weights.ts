import type { HttpOptions } from '../http/events';
import { fetchRanges, type Part } from '../http/fetch-ranges';
import { MemoryPart } from '../http/memory-part';
import type { RemoteFile } from '../http/remote-file';
import { shown } from '../http/shown';
import { vgg19WeightsFromManifest } from '../manifest';
import type { Preprocessing } from '../preprocessing';
import type { ByteRange, SafetensorsPlan } from '../safetensors/plan';
import type { Vgg19Weights } from '../weights';
import { unusable, WeightsError } from '../weights-error';
import { readPlan } from './from-safetensors';

/** How {@link fetchVgg19Weights} fetches, and what files do not say of weights. */
export interface FetchVgg19Options extends HttpOptions {
  /** What to call the weights. Default what the file says, else the URL without its query. */
  readonly name?: string;
  /** What the weights expect of an image. Default what the file says, else that of Keras or torchvision by the format. */
  readonly preprocessing?: Preprocessing;
}

/** What a folder behind a URL is looked through for, in this order. */
const FILES = ['weights_manifest.json', 'model.json', 'model.safetensors'];

/** Longer ones are something else. */
const LONGEST_MANIFEST = 2 ** 22;

/** No file that TensorFlow.js cuts weights into is that long. */
const LONGEST_SHARD = 2 ** 30;

/**
 * VGG-19 weights from a URL, in Node and in browsers: a `.safetensors` file as {@link vgg19WeightsFromSafetensors} reads
 * it, of which only the parts needed are asked for, or a TensorFlow.js manifest as {@link vgg19WeightsFromManifest} reads
 * it. Which of them it is shows in the content. A URL that ends in a slash is a folder with `weights_manifest.json`,
 * `model.json` or `model.safetensors`.
 *
 * Connections that break are taken up again where they broke, in the same state of the file. Servers that know no ranges
 * are read from the start, past what is not wanted. Nothing is kept: in Node, `downloadVgg19Weights` of `@utad/perceptual/node` caches.
 *
 * @param url absolute, of http or https. A query, such as a token, is kept for every file and shown in no message.
 * @throws WeightsError with what is wrong with the weights as the two functions named, and `unreachable`, `status`,
 *   `unreadable` (no such file), `truncated` or `changed` where the server is at fault.
 * @throws TypeError when it is no URL.
 *
 * @example
 * const weights = await fetchVgg19Weights('https://example.org/vgg19/model.safetensors');
 */
export async function fetchVgg19Weights(
  url: string | URL,
  options: FetchVgg19Options = {},
): Promise<Vgg19Weights> {
  return fetchInto(httpUrl(url), options, () => new MemoryPart());
}

/** The same, with a place for what comes of each file. */
export async function fetchInto(
  url: URL,
  options: FetchVgg19Options,
  partOf: (file: URL) => Part,
): Promise<Vgg19Weights> {
  if (!url.pathname.endsWith('/')) return fetchFile(url, options, partOf);
  for (const file of FILES) {
    try {
      return await fetchFile(beside(url, file), options, partOf);
    } catch (error) {
      if (!(error instanceof WeightsError && error.problem === 'unreadable')) throw error;
      // A part of a manifest that is not there is another matter.
      if (error.subject !== shown(beside(url, file))) throw error;
    }
  }
  throw unusable('unreadable', `${FILES.join(' or ')} in ${shown(url)}, received 404 for each`, shown(url));
}

/** @throws TypeError when it is no URL of http or https. */
export function httpUrl(text: string | URL): URL {
  const url = new URL(text);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new TypeError(`VGG-19 weights: expected a URL of http or https, received ${url.protocol}`);
}

async function fetchFile(
  url: URL,
  options: FetchVgg19Options,
  partOf: (file: URL) => Part,
): Promise<Vgg19Weights> {
  const { name, preprocessing } = options;
  const { plan, bytes } = await fetchRanges(url, planOf, partOf(url), options);
  const asked = preprocessing === undefined ? {} : { preprocessing };
  if ('weights' in plan) {
    return plan.weights(bytes, { ...asked, name: name ?? plan.name ?? shown(url) });
  }
  const read = async (path: string) => {
    const shard = beside(url, path);
    return (await fetchRanges(shard, wholeOf(LONGEST_SHARD), partOf(shard), options)).bytes;
  };
  return vgg19WeightsFromManifest(parseJson(bytes, url), read, { ...asked, name: name ?? shown(url) });
}

type Plan = SafetensorsPlan | { readonly ranges: readonly ByteRange[] };

async function planOf(file: RemoteFile): Promise<Plan> {
  return file.looksLikeSafetensors ? readPlan(file) : wholeOf(LONGEST_MANIFEST)(file);
}

function wholeOf(most: number) {
  return async ({ size, url }: RemoteFile) => {
    if (size <= most) return { ranges: [{ begin: 0, end: size }] };
    throw unusable('size', `${shown(url)} of at most ${most} bytes, received one of ${size}`, shown(url));
  };
}

/** A file in the same folder, or below it. Encoded, its name can be neither a query nor another folder. */
function beside(url: URL, path: string): URL {
  const address = new URL(path.split('/').map(encodeURIComponent).join('/'), url);
  address.search = url.search;
  return address;
}

function parseJson(bytes: Uint8Array, url: URL): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const received = JSON.stringify(text.slice(0, 40));
    const expected = `a safetensors file or a manifest in JSON from ${shown(url)}, received ${received}`;
    throw unusable('malformed', expected, shown(url), { cause });
  }
}
