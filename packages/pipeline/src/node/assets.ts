import { join, resolve } from 'node:path';
import type { Asset, DetectorKind } from '@utad/detector';
import {
  type Backbone,
  type BackboneWeights,
  backbones,
  randomWeights,
  selectLayers,
  vgg19,
} from '@utad/features';
import {
  bundledVgg19Weights,
  type CacheEntry,
  type DownloadedWeights,
  type DownloadWeightsOptions,
  downloadWeights,
  findCachedWeights,
  readWeights,
  verifyWeightsCache,
} from '@utad/features/node';
import type { HttpEvent } from '@utad/files';
import { entryType, userCacheFolder } from '@utad/files/node';
import { usageError } from '../errors';
import type { Watch } from '../events';

/** What a caller says of things that detectors need and bundles do not hold, by their names. */
export interface AssetOptions {
  /** Where they are: a path, a URL, `random` or, for `vgg19`, `bundled`. Taken whatever they hold. */
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

/** What to say instead of a path for those that come with `@utad/features`, of VGG-19 alone. */
export const BUNDLED = 'bundled';

/** Of random weights for new detectors. */
const RANDOM_SEED = 0;

interface BackboneLoader extends AssetLoader {
  load(place: string | undefined, watch: Watch): Promise<BackboneWeights>;
}

/** Weights of a backbone: a file or folder, a URL, `random`, and of VGG-19 `bundled`. */
function backboneLoader(backbone: Backbone): BackboneLoader {
  const { name: asset, title, sources } = backbone;
  /** Where those are that are taken where there are no others. */
  const last = backbone === vgg19 ? BUNDLED : undefined;

  /** Whether a text names weights on a server rather than on the disk. */
  const isSource = (text: string) => /^https?:\/\//i.test(text) || sources.some(({ id }) => id === text);

  async function readNamed(text: string, watch: Watch): Promise<BackboneWeights> {
    if (text === RANDOM) return randomWeights(backbone, RANDOM_SEED);
    if (text === BUNDLED) return bundled();
    if (isSource(text)) return (await downloadBackbone(backbone, text, watch)).weights;
    return readWeights(backbone, resolve(text));
  }

  async function bundled(): Promise<BackboneWeights> {
    if (last === BUNDLED) return bundledVgg19Weights();
    throw nowhere('none come bundled');
  }

  function nowhere(why: string): Error {
    const options = `\`assets.${asset}\` PATH|URL or \`fallbackAssets.${asset}\``;
    return usageError(`expected the ${title} weights; ${why}; give them with ${options}`);
  }

  const loader: BackboneLoader = {
    title: `${title} weights`,
    use: `measures with ${title}`,

    async locate({ named, fallback, ...watch }) {
      const text = named ?? fallback;
      if (text === BUNDLED && last !== BUNDLED) throw nowhere('none come bundled');
      if (text === undefined || text === '' || text === RANDOM || text === BUNDLED) return text || undefined;
      if (isSource(text)) return (await downloadBackbone(backbone, text, watch)).path;
      if ((await entryType(text)) === undefined) {
        const option = named === undefined ? `fallbackAssets.${asset}` : `assets.${asset}`;
        throw usageError(`expected ${title} weights, but ${text} does not exist`, option);
      }
      return resolve(text);
    },

    async choose(request) {
      const { offline = false, onEvent, signal } = request;
      const named = await loader.locate(request);
      if (named !== undefined) return named;
      const cached = (await listWeights(backbone)).filter(({ problem }) => problem === undefined);
      const [source] = sources;
      const chosen = cached.find(({ record }) => record.id === source?.id) ?? cached.at(-1);
      if (chosen !== undefined) return chosen.path;
      if (source === undefined || offline) {
        if (last === undefined) throw nowhere('none are in the cache');
        return last;
      }
      const without =
        last === undefined ? `\`offline\` does not` : `\`assets.${asset}\` ${last} or \`offline\` does not`;
      onEvent?.({
        type: 'note',
        message: `${title}: no weights named and none in the cache; fetching ${source.name} (${megabytes(backbone)} MB); ${without}`,
      });
      try {
        // Where there are others, and nobody asked for it, it is not worth a wait.
        const patience = last === undefined ? {} : { retries: 0, patience: 10 };
        return (await downloadBackbone(backbone, source.id, { onEvent, signal }, patience)).path;
      } catch (error) {
        signal?.throwIfAborted();
        if (last === undefined || !(error instanceof Error && error.name === 'WeightsError')) throw error;
        onEvent?.({ type: 'note', message: `${error.message}; the bundled weights are taken instead` });
        return last;
      }
    },

    async load(place = BUNDLED, { onEvent }) {
      if (place === RANDOM) {
        const message = `${title}: random weights, so the anomaly map measures no learnt perception`;
        onEvent?.({ type: 'note', message });
        return randomWeights(backbone, RANDOM_SEED);
      }
      return place === BUNDLED ? bundled() : readWeights(backbone, place);
    },

    async find(wanted, { named, fallback, remembered, offline = false, ...watch }) {
      if (named !== undefined) return readNamed(named, watch);
      const fits = (weights: Asset) => wanted === undefined || weights.sha256 === wanted.sha256;
      if (wanted?.seed !== undefined) {
        const random = randomWeights(backbone, wanted.seed);
        if (fits(random)) return random;
      }
      const tried: string[] = [];
      const lookAt = async (place: string, read: () => Promise<BackboneWeights>) => {
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
      const cached = wanted && (await findCachedWeights(backbone, weightsFolder(backbone), wanted.sha256));
      if (cached !== undefined) return cached;
      if (last === BUNDLED) {
        const own = await bundled();
        if (fits(own)) return own;
      }
      const source = sources.find(({ name }) => name === wanted?.name);
      if (source !== undefined && !offline) {
        const download = async () => (await downloadBackbone(backbone, source.id, watch)).weights;
        const found = await lookAt(source.url, download);
        if (found !== undefined) return found;
      }
      const what = wanted ? `"${wanted.name}" (SHA-256 ${wanted.sha256})` : 'of any kind';
      const why = tried.length > 0 ? `; ${tried.join('; ')}` : '';
      throw usageError(
        `expected the ${title} weights ${what}${why}; give them with \`assets.${asset}\` PATH|URL or \`fallbackAssets.${asset}\``,
      );
    },

    notes({ name, seed }) {
      if (seed === undefined) return [];
      return [`${title} weights are ${name}, not learnt: the anomaly map measures no learnt perception.`];
    },
  };
  return loader;
}

/** About what is fetched of published weights. */
function megabytes(backbone: Backbone): string {
  const bytes = selectLayers(backbone).steps.reduce(
    (sum, step) => (step.op === 'conv' ? sum + 4 * step.filters * (step.kernel ** 2 * step.inputs + 1) : sum),
    0,
  );
  return (bytes / 1e6).toFixed(1);
}

const vgg19Loader = backboneLoader(vgg19);

/** How each asset that detectors may name is found. */
const ASSET_LOADERS: Readonly<Record<string, AssetLoader>> = {
  ...Object.fromEntries(backbones.map((backbone) => [backbone.name, backboneLoader(backbone)])),
  vgg19: vgg19Loader,
};

/** VGG-19 weights for something new, chosen and loaded, with what a reader of results must know of them. */
export async function chooseVgg19(
  request: AssetRequest,
): Promise<{ readonly weights: BackboneWeights; readonly notes: readonly string[] }> {
  const weights = await vgg19Loader.load(await vgg19Loader.choose(request), request);
  return { weights, notes: vgg19Loader.notes(weights) };
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

/** Where weights of a backbone are kept for this user. */
export function weightsFolder(backbone: Backbone): string {
  return join(userCacheFolder(), backbone.name);
}

/** What was downloaded before, each compared with its hashes. */
export function listWeights(backbone: Backbone): Promise<CacheEntry[]> {
  return verifyWeightsCache(backbone, weightsFolder(backbone));
}

/** Weights from the user's cache, else from a known source or a URL into it. */
export async function downloadBackbone(
  backbone: Backbone,
  source: string,
  { onEvent, signal }: Watch,
  options: Omit<DownloadWeightsOptions, 'folder' | 'signal' | 'onEvent'> = {},
): Promise<DownloadedWeights> {
  try {
    return await downloadWeights(backbone, source, {
      folder: weightsFolder(backbone),
      ...(signal && { signal }),
      onEvent: (event: HttpEvent) => onEvent?.({ type: 'download', name: backbone.title, event }),
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

async function tryRead(
  read: () => Promise<BackboneWeights>,
  { signal }: Watch,
): Promise<BackboneWeights | string> {
  try {
    return await read();
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
