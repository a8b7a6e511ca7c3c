import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { sha256, withoutQuery } from '@utad/files';
import { isSystemError, PartFile, withLock, writeFileAtomic } from '@utad/files/node';
import { type Backbone, selectLayers, type WeightsSource } from '../backbone';
import { featureScale } from '../feature-scale';
import { type FetchWeightsOptions, fetchInto, httpUrl } from '../fetch-weights';
import { encodeWeights, weightsFromSafetensors } from '../safetensors';
import type { BackboneWeights } from '../weights';
import { unusable, WeightsError } from '../weights-error';

/** How {@link downloadWeights} downloads. */
export interface DownloadWeightsOptions extends FetchWeightsOptions {
  /** Where weights are kept; made where it is not there. */
  readonly folder: string;
  /** Download also what is there. Default false. */
  readonly force?: boolean;
  /** Take what comes now for what is to come from now on, whatever came before. Implies `force`. Default false. */
  readonly repin?: boolean;
}

/** Weights in the cache. */
export interface DownloadedWeights {
  /** Ready for use. */
  readonly weights: BackboneWeights;
  /** What the cache knows of them. */
  readonly record: CachedWeights;
  /** The file that holds them, which `readWeights` reads. */
  readonly path: string;
  /** Whether they were there already, so that nothing was asked for. */
  readonly reused: boolean;
}

/**
 * Weights from the cache, else from their source into the cache.
 *
 * A download that was interrupted is gone on with, even by another process; two processes do not download the same. The
 * first download writes the SHA-256 of the tensors beside them; a later one that brings others is refused. What is in the
 * cache is compared with its hashes before it is used, and fetched again where it is damaged.
 *
 * @param source one of the backbone's `sources`, its `id`, or a URL as `fetchWeights` takes.
 * @throws WeightsError as `fetchWeights`, and `pinned` when other weights came than the first time.
 * @throws TypeError when the source is neither known nor a URL.
 */
export async function downloadWeights(
  backbone: Backbone,
  source: string | URL | WeightsSource,
  options: DownloadWeightsOptions,
): Promise<DownloadedWeights> {
  const { folder, repin = false, force = false, signal } = options;
  const { id, url, name } = resolveSource(backbone, source, options.layers);
  const path = weightsPath(folder, id);
  const work = async () => {
    const record = await readRecord(backbone, folder, id);
    if (record !== undefined && !force && !repin) {
      const weights = await readCached(backbone, folder, record).catch(() => undefined);
      const { preprocessing } = options;
      const asked = preprocessing === undefined || preprocessing.name === weights?.preprocessing.name;
      if (weights !== undefined && asked) return { weights, record, path, reused: true };
    }
    const parts = join(folder, `${id}.parts`);
    const named = options.name ?? name;
    const weights = await fetchInto(
      backbone,
      url,
      { ...options, ...(named !== undefined && { name: named }) },
      (file) => new PartFile(join(parts, sha256(file.href).slice(0, 12))),
    );
    // Whatever they are, they came whole: there is nothing to go on with.
    await rm(parts, { recursive: true, force: true });
    if (record !== undefined && !repin) expectPinned(record, weights, url);
    const kept = await keep(folder, id, url, weights);
    return { weights, record: kept, path, reused: false };
  };
  return withLock(join(folder, `${id}.lock`), work, { signal });
}

/** What is meant by a short name or a URL, and what it is called in the cache: by its depth too, where another is asked for. */
function resolveSource(
  backbone: Backbone,
  source: string | URL | WeightsSource,
  layers?: readonly string[],
): { id: string; url: URL; name?: string } {
  const { sources, title } = backbone;
  const deepest = selectLayers(backbone, layers).steps.at(-1)?.name;
  const depth = deepest === selectLayers(backbone).steps.at(-1)?.name ? '' : `-${deepest}`;
  const known =
    typeof source === 'object' && 'id' in source
      ? source
      : sources.find(({ id, url }) => id === String(source) || url === String(source));
  if (known !== undefined) {
    return { id: known.id + depth, url: httpUrl(backbone, known.url), name: known.name };
  }
  if (source instanceof URL || (typeof source === 'string' && URL.canParse(source))) {
    const url = httpUrl(backbone, source);
    return { id: idOf(backbone, url) + depth, url };
  }
  const names = sources.map(({ id }) => id).join(', ');
  throw new TypeError(`${title} weights: expected ${names} or a URL, received ${JSON.stringify(source)}`);
}

function expectPinned(record: CachedWeights, weights: BackboneWeights, url: URL): void {
  if (record.sha256 === weights.sha256) return;
  const expected = `${withoutQuery(url)} to bring the weights of SHA-256 ${record.sha256}, as on ${record.fetched}, received ${weights.sha256}`;
  throw unusable(weights.backbone, 'pinned', expected, withoutQuery(url));
}

async function keep(folder: string, id: string, url: URL, weights: BackboneWeights): Promise<CachedWeights> {
  const file = encodeWeights(weights, { metadata: { source: withoutQuery(url) } });
  const record: CachedWeights = {
    id,
    name: weights.name,
    url: withoutQuery(url),
    sha256: weights.sha256,
    preprocessing: weights.preprocessing.name,
    featureScale: featureScale(weights),
    bytes: file.length,
    fileSha256: sha256(file),
    fetched: new Date().toISOString(),
  };
  await writeFileAtomic(weightsPath(folder, id), file);
  await writeFileAtomic(recordPath(folder, id), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

/**
 * What the cache knows of weights that were downloaded: the content of `<id>.json`, beside the weights in
 * `<id>.safetensors`. It stays when they are removed, for the hash in it is what a later download is compared with.
 */
export interface CachedWeights {
  /** What the files are called, without their endings. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Where they came from, without a query. */
  readonly url: string;
  /** Of the tensors, as `weightsSha256` has it: the pin, which every later download has to equal. */
  readonly sha256: string;
  /** Name of the preprocessing that they expect. */
  readonly preprocessing: string;
  /** From `featureScale`. */
  readonly featureScale: Readonly<Record<string, number>>;
  /** Size of the file in the cache. */
  readonly bytes: number;
  /** SHA-256 of the file in the cache. */
  readonly fileSha256: string;
  /** When, in ISO 8601. */
  readonly fetched: string;
}

/** What a URL is called in the cache: its last part, for people, and a hash, for the rest. */
function idOf({ name }: Backbone, url: URL): string {
  const last = url.pathname.split('/').filter(Boolean).at(-1) ?? url.hostname;
  const stem = basename(last, extname(last))
    .replace(/[^\w-]+/g, '-')
    .slice(0, 40);
  return `${stem || name}-${sha256(url.href).slice(0, 12)}`;
}

const weightsPath = (folder: string, id: string): string => join(folder, `${id}.safetensors`);
const recordPath = (folder: string, id: string): string => join(folder, `${id}.json`);

/** What the cache knows of these weights; undefined where it never had them. */
async function readRecord(
  backbone: Backbone,
  folder: string,
  id: string,
): Promise<CachedWeights | undefined> {
  const path = recordPath(folder, id);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const record = recordFrom(JSON.parse(text), id);
    if (record !== undefined) return record;
  } catch {
    // Not JSON is no record either.
  }
  const expected = `the record of downloaded weights in ${path}, received something else`;
  throw unusable(backbone, 'altered', expected, path);
}

function recordFrom(value: unknown, id: string): CachedWeights | undefined {
  if (!isRecord(value)) return undefined;
  const scales = Object.entries(value.featureScale).filter(([, scale]) => Number.isFinite(scale));
  return { ...value, id, featureScale: Object.fromEntries(scales) };
}

function isRecord(value: unknown): value is CachedWeights {
  const fields: Partial<Record<keyof CachedWeights, unknown>> = { ...Object(value) };
  const { name, url, preprocessing, fetched, sha256, fileSha256, bytes, featureScale } = fields;
  if (![name, url, preprocessing, fetched].every((text) => typeof text === 'string')) return false;
  if (![sha256, fileSha256].every(isHash) || typeof bytes !== 'number') return false;
  return typeof featureScale === 'object' && featureScale !== null;
}

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** Weights that the cache holds, or whose pin it remembers. */
export interface CacheEntry {
  /** What the cache knows of them. */
  readonly record: CachedWeights;
  /** Where the weights are, or would be. */
  readonly path: string;
  /** What is wrong with the file; undefined where it is what was downloaded. */
  readonly problem: WeightsError | undefined;
}

/**
 * Everything in the cache, compared with its hashes: file and tensors.
 *
 * @param folder where weights are kept; one that is not there is empty.
 * @throws WeightsError `altered` when a record is none.
 */
export async function verifyWeightsCache(backbone: Backbone, folder: string): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const record of await cachedRecords(backbone, folder)) {
    const path = weightsPath(folder, record.id);
    try {
      await readCached(backbone, folder, record);
      entries.push({ record, path, problem: undefined });
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
      entries.push({ record, path, problem: error });
    }
  }
  return entries;
}

/**
 * The weights in the cache of that SHA-256, whichever source they are of.
 *
 * @param sha256 of the tensors, as `weightsSha256` has it and bundles record it.
 * @returns undefined where the cache has none, or only damaged ones.
 */
export async function findCachedWeights(
  backbone: Backbone,
  folder: string,
  sha256: string,
): Promise<BackboneWeights | undefined> {
  for (const record of await cachedRecords(backbone, folder)) {
    if (record.sha256 !== sha256) continue;
    const weights = await readCached(backbone, folder, record).catch(() => undefined);
    if (weights !== undefined) return weights;
  }
  return undefined;
}

/** What the cache knows, oldest first. */
async function cachedRecords(backbone: Backbone, folder: string): Promise<CachedWeights[]> {
  const records: CachedWeights[] = [];
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.endsWith('.json')) continue;
    const record = await readRecord(backbone, folder, file.slice(0, -'.json'.length));
    if (record !== undefined) records.push(record);
  }
  return records.sort((a, b) => (a.fetched < b.fetched ? -1 : 1));
}

/** @throws WeightsError `unreadable` when they are not there, and `altered` when they are others. */
async function readCached(
  backbone: Backbone,
  folder: string,
  record: CachedWeights,
): Promise<BackboneWeights> {
  const path = weightsPath(folder, record.id);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw unusable(backbone, 'unreadable', `the downloaded weights in ${path}, found none`, path, { cause });
  }
  const fileSha256 = sha256(bytes);
  if (fileSha256 !== record.fileSha256) {
    const expected = `${path} of SHA-256 ${record.fileSha256}, as it was written, received ${fileSha256} (${bytes.length} bytes)`;
    throw unusable(backbone, 'altered', expected, path);
  }
  const source = {
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  // As deep as they were read.
  const layers = backbone.layers.filter((layer) => record.featureScale[layer] !== undefined);
  const weights = await weightsFromSafetensors(backbone, source, layers.length === 0 ? {} : { layers });
  if (weights.sha256 === record.sha256) return weights;
  const expected = `tensors of SHA-256 ${record.sha256} in ${path}, received ${weights.sha256}`;
  throw unusable(backbone, 'altered', expected, path);
}
