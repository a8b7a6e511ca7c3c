import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { vgg19WeightsFromSafetensors } from '../../load/from-safetensors';
import type { Vgg19Weights } from '../../weights';
import { unusable, WeightsError } from '../../weights-error';
import { type CachedWeights, readRecord, weightsPath } from './entry';

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
export async function verifyVgg19Cache(folder: string): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const record of await cachedRecords(folder)) {
    const path = weightsPath(folder, record.id);
    try {
      await readCached(folder, record);
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
 * @param sha256 of the tensors, as `vgg19Sha256` has it and bundles record it.
 * @returns undefined where the cache has none, or only damaged ones.
 */
export async function findVgg19InCache(folder: string, sha256: string): Promise<Vgg19Weights | undefined> {
  for (const record of await cachedRecords(folder)) {
    if (record.sha256 !== sha256) continue;
    const weights = await readCached(folder, record).catch(() => undefined);
    if (weights !== undefined) return weights;
  }
  return undefined;
}

/** What the cache knows, oldest first. */
async function cachedRecords(folder: string): Promise<CachedWeights[]> {
  const records: CachedWeights[] = [];
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.endsWith('.json')) continue;
    const record = await readRecord(folder, file.slice(0, -'.json'.length));
    if (record !== undefined) records.push(record);
  }
  return records.sort((a, b) => (a.fetched < b.fetched ? -1 : 1));
}

/** @throws WeightsError `unreadable` when they are not there, and `altered` when they are others. */
export async function readCached(folder: string, record: CachedWeights): Promise<Vgg19Weights> {
  const path = weightsPath(folder, record.id);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw unusable('unreadable', `the downloaded weights in ${path}, found none`, path, { cause });
  }
  const fileSha256 = createHash('sha256').update(bytes).digest('hex');
  if (fileSha256 !== record.fileSha256) {
    throw unusable(
      'altered',
      `${path} of SHA-256 ${record.fileSha256}, as it was written, received ${fileSha256} (${bytes.length} bytes)`,
      path,
    );
  }
  const source = {
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  const weights = await vgg19WeightsFromSafetensors(source);
  if (weights.sha256 === record.sha256) return weights;
  throw unusable(
    'altered',
    `tensors of SHA-256 ${record.sha256} in ${path}, received ${weights.sha256}`,
    path,
  );
}
