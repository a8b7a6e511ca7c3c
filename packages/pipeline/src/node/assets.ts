import { join, resolve } from 'node:path';
import type { Asset, DetectorKind } from '@utad/detector';
import type { HttpEvent } from '@utad/files';
import { entryType, userCacheFolder } from '@utad/files/node';
import { randomVgg19Weights, type Vgg19Weights } from '@utad/perceptual';
import { vgg19Sources } from '@utad/perceptual/load';
import {
  bundledVgg19Weights,
  type CacheEntry,
  type DownloadedVgg19,
  type DownloadVgg19Options,
  downloadVgg19Weights,
  findVgg19InCache,
  readVgg19Weights,
  verifyVgg19Cache,
} from '@utad/perceptual/node';
import { usageError } from '../errors';
import type { Watch } from '../events';

/** What a caller says of things that detectors need and bundles do not hold, by their names. */
export interface AssetOptions {
  /** Where they are: for `vgg19` a path, a URL, `bundled` or `random`. Taken whatever they hold. */
  readonly assets?: Readonly<Record<string, string>>;
  /** The same where `assets` names none; what a bundle was made with is taken from here only where it fits. */
  readonly fallbackAssets?: Readonly<Record<string, string>>;
  /** Download nothing that nobody has named. Default false. */
  readonly offline?: boolean;
}

/** What is wanted of one asset. */
export interface AssetRequest extends Watch {
  /** From {@link AssetOptions.assets}. */
  readonly named?: string | undefined;
  /** From {@link AssetOptions.fallbackAssets}. */
  readonly fallback?: string | undefined;
  /** What a run remembers: what {@link AssetLoader.choose} answered when it began. */
  readonly remembered?: string | undefined;
  readonly offline?: boolean | undefined;
}

/** How one asset is found. Detectors name it by its key in a registry of loaders. */
export interface AssetLoader {
  /** For people, such as `VGG-19 weights`. */
  readonly title: string;
  /** What a detector does that needs it, for people, such as `measures with VGG-19`. */
  readonly use: string;
  /**
   * Where that is which the caller named, as a run remembers it; undefined where none is named.
   *
   * @throws PipelineError `usage` when there is nothing.
   */
  locate(request: AssetRequest): Promise<string | undefined>;
  /** Where that for something new is, as a run remembers it. */
  choose(request: AssetRequest): Promise<string>;
  /** What is there, by what {@link choose} answered; undefined where a run was begun without an answer. */
  load(place: string | undefined, watch: Watch): Promise<Asset>;
  /**
   * What a bundle was made with; another only where the caller names one.
   *
   * @throws PipelineError `usage` where it is nowhere to be found.
   */
  find(wanted: Asset | undefined, request: AssetRequest): Promise<Asset>;
  /** What a reader of results made with it must know. */
  notes(asset: Pick<Asset, 'name' | 'seed'>): string[];
}

/** What to say instead of a path for weights that have learnt nothing. */
const RANDOM = 'random';

/** What to say instead of a path for those that come with `@utad/perceptual`. */
export const BUNDLED = 'bundled';

/** Of random weights for new detectors. */
const RANDOM_SEED = 0;

interface Vgg19Loader extends AssetLoader {
  load(place: string | undefined, watch: Watch): Promise<Vgg19Weights>;
}

/** A file or folder of weights, a URL, `bundled` or `random`. */
const vgg19: Vgg19Loader = {
  title: 'VGG-19 weights',
  use: 'measures with VGG-19',

  async locate({ named, fallback, ...watch }) {
    const text = named ?? fallback;
    if (text === undefined || text === '' || text === RANDOM || text === BUNDLED) return text || undefined;
    if (isSource(text)) return (await downloadVgg19(text, watch)).path;
    if ((await entryType(text)) === undefined) {
      const option = named === undefined ? 'fallbackAssets.vgg19' : 'assets.vgg19';
      throw usageError(`expected VGG-19 weights, but ${text} does not exist`, option);
    }
    return resolve(text);
  },

  async choose(request) {
    const { offline = false, onEvent, signal } = request;
    const named = await vgg19.locate(request);
    if (named !== undefined) return named;
    const cached = (await listVgg19()).filter(({ problem }) => problem === undefined);
    const [source] = vgg19Sources;
    const chosen = cached.find(({ record }) => record.id === source?.id) ?? cached.at(-1);
    if (chosen !== undefined) return chosen.path;
    if (source === undefined || offline) return BUNDLED;
    onEvent?.({
      type: 'note',
      message: `VGG-19: no weights named and none in the cache; fetching ${source.name} (9.3 MB); \`assets.vgg19\` bundled or \`offline\` does not`,
    });
    try {
      // Nobody asked for it: it is not worth a wait.
      return (await downloadVgg19(source.id, { onEvent, signal }, { retries: 0, patience: 10 })).path;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Error && error.name === 'WeightsError')) throw error;
      onEvent?.({ type: 'note', message: `${error.message}; the bundled weights are taken instead` });
      return BUNDLED;
    }
  },

  async load(place = BUNDLED, { onEvent }) {
    if (place === RANDOM) {
      const message = 'VGG-19: random weights, so the anomaly map measures no learnt perception';
      onEvent?.({ type: 'note', message });
      return randomVgg19Weights(RANDOM_SEED);
    }
    return place === BUNDLED ? bundledVgg19Weights() : readVgg19Weights(place);
  },

  async find(wanted, { named, fallback, remembered, offline = false, ...watch }) {
    if (named !== undefined) return readNamed(named, watch);
    const fits = (weights: Asset) => wanted === undefined || weights.sha256 === wanted.sha256;
    if (wanted?.seed !== undefined) {
      const random = randomVgg19Weights(wanted.seed);
      if (fits(random)) return random;
    }
    const tried: string[] = [];
    const lookAt = async (place: string, read: () => Promise<Vgg19Weights>) => {
      const found = await tryRead(read, watch);
      if (typeof found !== 'string' && fits(found)) return found;
      tried.push(typeof found === 'string' ? found : `${place} holds "${found.name}"`);
      return undefined;
    };
    for (const place of [fallback, remembered]) {
      if (place === undefined || place === '') continue;
      const found = await lookAt(place, () => readNamed(place, watch));
      if (found !== undefined) return found;
    }
    const cached = wanted && (await findVgg19InCache(vgg19Folder(), wanted.sha256));
    if (cached !== undefined) return cached;
    const bundled = await bundledVgg19Weights();
    if (fits(bundled)) return bundled;
    const source = vgg19Sources.find(({ name }) => name === wanted?.name);
    if (source !== undefined && !offline) {
      const found = await lookAt(source.url, async () => (await downloadVgg19(source.id, watch)).weights);
      if (found !== undefined) return found;
    }
    const what = wanted ? `"${wanted.name}" (SHA-256 ${wanted.sha256})` : 'of any kind';
    const why = tried.length > 0 ? `; ${tried.join('; ')}` : '';
    throw usageError(
      `expected the VGG-19 weights ${what}${why}; give them with \`assets.vgg19\` PATH|URL or \`fallbackAssets.vgg19\``,
    );
  },

  notes({ name, seed }) {
    if (seed === undefined) return [];
    return [`VGG-19 weights are ${name}, not learnt: the anomaly map measures no learnt perception.`];
  },
};

/** How each asset that detectors may name is found. */
const ASSET_LOADERS: Readonly<Record<string, AssetLoader>> = { vgg19 };

/** VGG-19 weights for something new, chosen and loaded, with what a reader of results must know of them. */
export async function chooseVgg19(
  request: AssetRequest,
): Promise<{ readonly weights: Vgg19Weights; readonly notes: readonly string[] }> {
  const weights = await vgg19.load(await vgg19.choose(request), request);
  return { weights, notes: vgg19.notes(weights) };
}

/**
 * The loader of an asset that a kind of detector names.
 *
 * @throws PipelineError `usage` where there is none.
 */
export function loaderOf(name: string): AssetLoader {
  const loader = Object.hasOwn(ASSET_LOADERS, name) ? ASSET_LOADERS[name] : undefined;
  if (loader !== undefined) return loader;
  const known = Object.keys(ASSET_LOADERS).join(', ');
  throw usageError(`expected one of the assets ${known}, received ${name}`, 'assets');
}

/** What an asset is called where several are listed: by its loader, else by its name. */
export function assetTitle(name: string): string {
  const loader = Object.hasOwn(ASSET_LOADERS, name) ? ASSET_LOADERS[name] : undefined;
  return loader?.title ?? `Weights of ${name}`;
}

/**
 * Refuses assets named for a detector that uses none of them.
 *
 * @throws PipelineError `usage`
 */
export function checkAssets({ kind, assets = [] }: DetectorKind, named: AssetOptions['assets'] = {}): void {
  for (const name of Object.keys(named)) {
    if (assets.includes(name)) continue;
    throw usageError(`expected a detector that ${loaderOf(name).use}, received ${kind}`, `assets.${name}`);
  }
}

/** What is asked of one asset by what a caller says of all. */
export function assetRequest(
  name: string,
  { assets = {}, fallbackAssets = {}, offline }: AssetOptions,
  { onEvent, signal }: Watch,
): AssetRequest {
  return { named: assets[name], fallback: fallbackAssets[name], offline, onEvent, signal };
}

/** Where VGG-19's weights are kept for this user. */
export function vgg19Folder(): string {
  return join(userCacheFolder(), 'vgg19');
}

/** What was downloaded before, each compared with its hashes. */
export function listVgg19(): Promise<CacheEntry[]> {
  return verifyVgg19Cache(vgg19Folder());
}

/** Weights from the user's cache, else from a known source or a URL into it. */
export async function downloadVgg19(
  source: string,
  { onEvent, signal }: Watch,
  options: Omit<DownloadVgg19Options, 'folder' | 'signal' | 'onEvent'> = {},
): Promise<DownloadedVgg19> {
  try {
    return await downloadVgg19Weights(source, {
      folder: vgg19Folder(),
      ...(signal && { signal }),
      onEvent: (event: HttpEvent) => onEvent?.({ type: 'download', name: 'VGG-19', event }),
      ...options,
    });
  } catch (error) {
    // The only thing that it takes and that can be wrong in itself is the source.
    if (error instanceof TypeError) {
      throw usageError(error.message, undefined, { cause: error });
    }
    throw error;
  }
}

/** Whether a text names weights on a server rather than on the disk. */
function isSource(text: string): boolean {
  return /^https?:\/\//i.test(text) || vgg19Sources.some(({ id }) => id === text);
}

async function readNamed(text: string, watch: Watch): Promise<Vgg19Weights> {
  if (text === RANDOM) return randomVgg19Weights(RANDOM_SEED);
  if (text === BUNDLED) return bundledVgg19Weights();
  return isSource(text) ? (await downloadVgg19(text, watch)).weights : readVgg19Weights(resolve(text));
}

async function tryRead(read: () => Promise<Vgg19Weights>, { signal }: Watch): Promise<Vgg19Weights | string> {
  try {
    return await read();
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
