import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shown } from '../../http/shown';
import { featureScale } from '../../load/feature-scale';
import { type FetchVgg19Options, fetchInto, httpUrl } from '../../load/fetch-vgg19-weights';
import { type Vgg19Source, vgg19Sources } from '../../load/sources';
import { encodeVgg19Weights } from '../../safetensors/encode';
import type { Vgg19Weights } from '../../weights';
import { unusable } from '../../weights-error';
import { type CachedWeights, idOf, readRecord, recordPath, weightsPath } from './entry';
import { FilePart } from './file-part';
import { withLock } from './lock';
import { readCached } from './read-cached';
import { writeWhole } from './write-whole';

/** How {@link downloadVgg19Weights} downloads. */
export interface DownloadVgg19Options extends FetchVgg19Options {
  /** Where weights are kept; made where it is not there. */
  readonly folder: string;
  /** Download also what is there. Default false. */
  readonly force?: boolean;
  /** Take what comes now for what is to come from now on, whatever came before. Implies `force`. Default false. */
  readonly repin?: boolean;
}

/** Weights in the cache. */
export interface DownloadedVgg19 {
  /** Ready for use. */
  readonly weights: Vgg19Weights;
  /** What the cache knows of them. */
  readonly record: CachedWeights;
  /** The file that holds them, which {@link readVgg19Weights} reads. */
  readonly path: string;
  /** Whether they were there already, so that nothing was asked for. */
  readonly reused: boolean;
}

/**
 * VGG-19 weights from the cache, else from their source into the cache.
 *
 * A download that was interrupted is gone on with, even by another process; two processes do not download the same. The
 * first download writes the SHA-256 of the tensors beside them; a later one that brings others is refused. What is in the
 * cache is compared with its hashes before it is used, and fetched again where it is damaged.
 *
 * @param source one of `vgg19Sources`, its `id`, or a URL as `fetchVgg19Weights` takes.
 * @throws WeightsError as `fetchVgg19Weights`, and `pinned` when other weights came than the first time.
 * @throws TypeError when the source is neither known nor a URL.
 */
export async function downloadVgg19Weights(
  source: string | URL | Vgg19Source,
  options: DownloadVgg19Options,
): Promise<DownloadedVgg19> {
  const { folder, repin = false, force = false, signal } = options;
  const { id, url, name } = resolveSource(source);
  const path = weightsPath(folder, id);
  await mkdir(folder, { recursive: true });
  return withLock(join(folder, id), { signal }, async () => {
    const record = await readRecord(folder, id);
    if (record !== undefined && !force && !repin) {
      const weights = await readCached(folder, record).catch(() => undefined);
      const { preprocessing } = options;
      const asked = preprocessing === undefined || preprocessing.name === weights?.preprocessing.name;
      if (weights !== undefined && asked) return { weights, record, path, reused: true };
    }
    const parts = join(folder, `${id}.parts`);
    const named = options.name ?? name;
    const weights = await fetchInto(
      url,
      { ...options, ...(named !== undefined && { name: named }) },
      (file) => new FilePart(parts, file),
    );
    // Whatever they are, they came whole: there is nothing to go on with.
    await rm(parts, { recursive: true, force: true });
    if (record !== undefined && !repin) expectPinned(record, weights, url);
    const kept = await keep(folder, id, url, weights);
    return { weights, record: kept, path, reused: false };
  });
}

/** What is meant by a short name or a URL, and what it is called in the cache. */
function resolveSource(source: string | URL | Vgg19Source): { id: string; url: URL; name?: string } {
  const known =
    typeof source === 'object' && 'id' in source
      ? source
      : vgg19Sources.find(({ id, url }) => id === String(source) || url === String(source));
  if (known !== undefined) return { id: known.id, url: httpUrl(known.url), name: known.name };
  if (source instanceof URL || (typeof source === 'string' && URL.canParse(source))) {
    const url = httpUrl(source);
    return { id: idOf(url), url };
  }
  const names = vgg19Sources.map(({ id }) => id).join(', ');
  throw new TypeError(`VGG-19 weights: expected ${names} or a URL, received ${JSON.stringify(source)}`);
}

function expectPinned(record: CachedWeights, weights: Vgg19Weights, url: URL): void {
  if (record.sha256 === weights.sha256) return;
  throw unusable(
    'pinned',
    `${shown(url)} to bring the weights of SHA-256 ${record.sha256}, as on ${record.fetched}, received ${weights.sha256}`,
    shown(url),
  );
}

async function keep(folder: string, id: string, url: URL, weights: Vgg19Weights): Promise<CachedWeights> {
  const file = encodeVgg19Weights(weights, { metadata: { source: shown(url) } });
  const record: CachedWeights = {
    id,
    name: weights.name,
    url: shown(url),
    sha256: weights.sha256,
    preprocessing: weights.preprocessing.name,
    featureScale: featureScale(weights),
    bytes: file.length,
    fileSha256: createHash('sha256').update(file).digest('hex'),
    fetched: new Date().toISOString(),
  };
  await writeWhole(weightsPath(folder, id), file);
  await writeWhole(recordPath(folder, id), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}
