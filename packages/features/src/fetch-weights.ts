import {
  type ByteRange,
  fetchRanges,
  HttpError,
  type HttpOptions,
  memoryPart,
  type Part,
  type RemoteFile,
  withoutQuery,
} from '@utad/files';
import type { Backbone } from './backbone';
import { weightsFromManifest } from './manifest';
import { readPlan, type SafetensorsPlan } from './safetensors';
import type { BackboneWeights, WeightsOptions } from './weights';
import { unusable, WeightsError, type WeightsErrorCode } from './weights-error';

/** How {@link fetchWeights} fetches, and what files do not say of weights. */
export interface FetchWeightsOptions extends HttpOptions, WeightsOptions {}

/** What a folder behind a URL is looked through for, in this order. */
export const WEIGHT_FILES = ['weights_manifest.json', 'model.json', 'model.safetensors'];

/** Longer ones are something else. */
const LONGEST_MANIFEST = 2 ** 22;

/** No file that TensorFlow.js cuts weights into is that long. */
const LONGEST_SHARD = 2 ** 30;

/**
 * Weights from a URL, in Node and in browsers: a `.safetensors` file as {@link weightsFromSafetensors} reads it, of which
 * only the parts needed are asked for, or a TensorFlow.js manifest as {@link weightsFromManifest} reads it. Which
 * of them it is shows in the content. A URL that ends in a slash is a folder with `weights_manifest.json`, `model.json` or
 * `model.safetensors`.
 *
 * Connections that break are taken up again where they broke, in the same state of the file. Servers that know no ranges
 * are read from the start, past what is not wanted. Nothing is kept: in Node, `downloadWeights` of
 * `@utad/features/node` caches.
 *
 * @param url absolute, of http or https. A query, such as a token, is kept for every file and shown in no message.
 * @throws WeightsError with what is wrong with the weights as the two functions named, and `unreachable`, `status`,
 *   `unreadable` (no such file), `truncated` or `changed` where the server is at fault.
 * @throws TypeError when it is no URL.
 *
 * @example
 * const weights = await fetchWeights(vgg19, 'https://example.org/vgg19/model.safetensors');
 */
export async function fetchWeights(
  backbone: Backbone,
  url: string | URL,
  options: FetchWeightsOptions = {},
): Promise<BackboneWeights> {
  return fetchInto(backbone, httpUrl(backbone, url), options, () => memoryPart());
}

/** The same, with a place for what comes of each file. */
export async function fetchInto(
  backbone: Backbone,
  url: URL,
  options: FetchWeightsOptions,
  partOf: (file: URL) => Part,
): Promise<BackboneWeights> {
  if (!url.pathname.endsWith('/')) return fetchFile(backbone, url, options, partOf);
  for (const file of WEIGHT_FILES) {
    try {
      return await fetchFile(backbone, beside(url, file), options, partOf);
    } catch (error) {
      if (!(error instanceof WeightsError && error.code === 'unreadable')) throw error;
      // A part of a manifest that is not there is another matter.
      if (error.subject !== withoutQuery(beside(url, file))) throw error;
    }
  }
  const expected = `${WEIGHT_FILES.join(' or ')} in ${withoutQuery(url)}, received 404 for each`;
  throw unusable(backbone, 'unreadable', expected, withoutQuery(url));
}

/** @throws TypeError when it is no URL of http or https. */
export function httpUrl({ title }: Backbone, text: string | URL): URL {
  if (!URL.canParse(text)) {
    throw new TypeError(`${title} weights: expected a URL of http or https, received ${text}`);
  }
  const url = new URL(text);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new TypeError(`${title} weights: expected a URL of http or https, received ${url.protocol}`);
}

async function fetchFile(
  backbone: Backbone,
  url: URL,
  options: FetchWeightsOptions,
  partOf: (file: URL) => Part,
): Promise<BackboneWeights> {
  const planOf = async (file: RemoteFile) =>
    looksLikeSafetensors(file)
      ? readPlan(backbone, file, options)
      : wholeOf(backbone, LONGEST_MANIFEST)(file);
  const { plan, bytes } = await fetchParts<Plan>(backbone, url, planOf, partOf(url), options);
  if ('weights' in plan) return plan.weights(bytes, withoutQuery(url));
  const read = async (path: string) => {
    const shard = beside(url, path);
    const whole = wholeOf(backbone, LONGEST_SHARD);
    return (await fetchParts(backbone, shard, whole, partOf(shard), options)).bytes;
  };
  const manifest = parseJson(backbone, bytes, url);
  const name = options.name ?? withoutQuery(url);
  return weightsFromManifest(backbone, manifest, read, { ...options, name });
}

/** `fetchRanges`, with errors that are of weights. */
async function fetchParts<T extends { readonly ranges: readonly ByteRange[] }>(
  { title }: Backbone,
  url: URL,
  plan: (file: RemoteFile) => Promise<T>,
  part: Part,
  options: HttpOptions,
): Promise<{ readonly plan: T; readonly bytes: Uint8Array }> {
  try {
    return await fetchRanges(url, plan, part, options);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { code, message, url: subject, status } = error;
    throw new WeightsError(CODES[code], `${title} weights: ${message}`, subject, {
      cause: error,
      ...(status !== undefined && { status }),
    });
  }
}

const CODES: Readonly<Record<HttpError['code'], WeightsErrorCode>> = {
  unreachable: 'unreachable',
  missing: 'unreadable',
  status: 'status',
  range: 'status',
  compressed: 'size',
  truncated: 'truncated',
  changed: 'changed',
  size: 'size',
  'read-only': 'status',
};

/** Whether it begins with a length whose upper bytes are 0, which no JSON has. */
const looksLikeSafetensors = ({ head }: RemoteFile): boolean => head[7] === 0;

type Plan = SafetensorsPlan | { readonly ranges: readonly ByteRange[] };

function wholeOf(backbone: Backbone, most: number) {
  return async ({ size, url }: RemoteFile) => {
    if (size <= most) return { ranges: [{ begin: 0, end: size }] };
    const expected = `${withoutQuery(url)} of at most ${most} bytes, received one of ${size}`;
    throw unusable(backbone, 'size', expected, withoutQuery(url));
  };
}

/** A file in the same folder, or below it. Encoded, its name can be neither a query nor another folder. */
function beside(url: URL, path: string): URL {
  const address = new URL(path.split('/').map(encodeURIComponent).join('/'), url);
  address.search = url.search;
  return address;
}

function parseJson(backbone: Backbone, bytes: Uint8Array, url: URL): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const received = JSON.stringify(text.slice(0, 40));
    const expected = `a safetensors file or a manifest in JSON from ${withoutQuery(url)}, received ${received}`;
    throw unusable(backbone, 'malformed', expected, withoutQuery(url), { cause });
  }
}
