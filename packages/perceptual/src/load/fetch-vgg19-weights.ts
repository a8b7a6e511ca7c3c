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
import type { Preprocessing } from '../preprocessing';
import type { Vgg19Weights } from '../weights';
import { unusable, WeightsError, type WeightsErrorCode } from '../weights-error';
import { vgg19WeightsFromManifest } from './manifest';
import { readPlan, type SafetensorsPlan } from './safetensors';

/** How {@link fetchVgg19Weights} fetches, and what files do not say of weights. */
export interface FetchVgg19Options extends HttpOptions {
  /** What to call the weights. Default what the file says, else the URL without its query. */
  readonly name?: string;
  /** What the weights expect of an image. Default what the file says, else that of Keras or torchvision by the format. */
  readonly preprocessing?: Preprocessing;
}

/** What a folder behind a URL is looked through for, in this order. */
export const WEIGHT_FILES = ['weights_manifest.json', 'model.json', 'model.safetensors'];

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
  return fetchInto(httpUrl(url), options, () => memoryPart());
}

/** The same, with a place for what comes of each file. */
export async function fetchInto(
  url: URL,
  options: FetchVgg19Options,
  partOf: (file: URL) => Part,
): Promise<Vgg19Weights> {
  if (!url.pathname.endsWith('/')) return fetchFile(url, options, partOf);
  for (const file of WEIGHT_FILES) {
    try {
      return await fetchFile(beside(url, file), options, partOf);
    } catch (error) {
      if (!(error instanceof WeightsError && error.code === 'unreadable')) throw error;
      // A part of a manifest that is not there is another matter.
      if (error.subject !== withoutQuery(beside(url, file))) throw error;
    }
  }
  const expected = `${WEIGHT_FILES.join(' or ')} in ${withoutQuery(url)}, received 404 for each`;
  throw unusable('unreadable', expected, withoutQuery(url));
}

/** @throws TypeError when it is no URL of http or https. */
export function httpUrl(text: string | URL): URL {
  if (!URL.canParse(text)) {
    throw new TypeError(`VGG-19 weights: expected a URL of http or https, received ${text}`);
  }
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
  const { plan, bytes } = await fetchParts(url, planOf, partOf(url), options);
  const asked = preprocessing === undefined ? {} : { preprocessing };
  if ('weights' in plan) {
    return plan.weights(bytes, { ...asked, name: name ?? plan.name ?? withoutQuery(url) });
  }
  const read = async (path: string) => {
    const shard = beside(url, path);
    return (await fetchParts(shard, wholeOf(LONGEST_SHARD), partOf(shard), options)).bytes;
  };
  return vgg19WeightsFromManifest(parseJson(bytes, url), read, { ...asked, name: name ?? withoutQuery(url) });
}

/** `fetchRanges`, with errors that are of weights. */
async function fetchParts<T extends { readonly ranges: readonly ByteRange[] }>(
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
    throw new WeightsError(CODES[code], `VGG-19 weights: ${message}`, subject, {
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

async function planOf(file: RemoteFile): Promise<Plan> {
  return looksLikeSafetensors(file) ? readPlan(file) : wholeOf(LONGEST_MANIFEST)(file);
}

function wholeOf(most: number) {
  return async ({ size, url }: RemoteFile) => {
    if (size <= most) return { ranges: [{ begin: 0, end: size }] };
    const expected = `${withoutQuery(url)} of at most ${most} bytes, received one of ${size}`;
    throw unusable('size', expected, withoutQuery(url));
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
    const expected = `a safetensors file or a manifest in JSON from ${withoutQuery(url)}, received ${received}`;
    throw unusable('malformed', expected, withoutQuery(url), { cause });
  }
}

/** Public weights of VGG-19, by a short name. */
export interface Vgg19Source {
  /** What to call it on a command line. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Where the file is. */
  readonly url: string;
  /** Whose weights they are, and where that can be read. */
  readonly citation: string;
}

/**
 * The public weights known here, the ones to take by default first. No hash is written down, for none can be cited:
 * `downloadVgg19Weights` remembers that of its first download. These addresses were not reached by the project's own
 * tests, which use a server of their own.
 */
export const vgg19Sources: readonly Vgg19Source[] = [
  {
    id: 'torchvision',
    name: 'VGG-19 of torchvision, ImageNet-1k',
    url: 'https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors',
    citation:
      'K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015; trained by torchvision (VGG19_Weights.IMAGENET1K_V1), as converted by timm: https://huggingface.co/timm/vgg19.tv_in1k',
  },
];
