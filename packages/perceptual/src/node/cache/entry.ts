import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { unusable } from '../../weights-error';

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
  /** Of the tensors, as `vgg19Sha256` has it: the pin, which every later download has to equal. */
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
export function idOf(url: URL): string {
  const last = url.pathname.split('/').filter(Boolean).at(-1) ?? url.hostname;
  const stem = basename(last, extname(last))
    .replace(/[^\w-]+/g, '-')
    .slice(0, 40);
  return `${stem || 'vgg19'}-${createHash('sha256').update(url.href).digest('hex').slice(0, 12)}`;
}

export const weightsPath = (folder: string, id: string): string => join(folder, `${id}.safetensors`);
export const recordPath = (folder: string, id: string): string => join(folder, `${id}.json`);

/** What the cache knows of these weights; undefined where it never had them. */
export async function readRecord(folder: string, id: string): Promise<CachedWeights | undefined> {
  const path = recordPath(folder, id);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const record = recordFrom(JSON.parse(text), id);
    if (record !== undefined) return record;
  } catch {
    // Not JSON is no record either.
  }
  throw unusable('altered', `the record of downloaded weights in ${path}, received something else`, path);
}

function recordFrom(value: unknown, id: string): CachedWeights | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    name,
    url,
    sha256,
    preprocessing,
    featureScale,
    bytes,
    fileSha256,
    fetched,
  }: Record<string, unknown> = {
    ...value,
  };
  if (typeof name !== 'string' || typeof url !== 'string' || typeof preprocessing !== 'string')
    return undefined;
  if (!isHash(sha256) || !isHash(fileSha256) || typeof fetched !== 'string') return undefined;
  if (typeof bytes !== 'number' || typeof featureScale !== 'object' || featureScale === null)
    return undefined;
  const scales = Object.entries(featureScale).filter((pair): pair is [string, number] =>
    Number.isFinite(pair[1]),
  );
  return {
    id,
    name,
    url,
    sha256,
    preprocessing,
    featureScale: Object.fromEntries(scales),
    bytes,
    fileSha256,
    fetched,
  };
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
