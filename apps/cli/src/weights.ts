import { kerasPreprocessing, torchvisionPreprocessing, vgg19 } from '@utad/features';
import { type CachedWeights, readWeights } from '@utad/features/node';
import { entryType } from '@utad/files/node';
import { downloadBackbone, listWeights, weightsFolder } from '@utad/pipeline/node';
import { type Context, watch } from './context';
import { PartlyFailedError, UsageError } from './errors';
import { formatCount, formatFacts, formatNumber, formatSeconds } from './terminal/format';

export interface WeightsFetchOptions {
  readonly url?: string;
  readonly preprocessing?: 'keras' | 'torchvision';
  readonly force?: boolean;
  readonly repin?: boolean;
}

const PREPROCESSING = { keras: kerasPreprocessing, torchvision: torchvisionPreprocessing };

/** `utad weights fetch` */
export async function weightsFetch(
  named: string | undefined,
  { url, preprocessing, force = false, repin = false }: WeightsFetchOptions,
  context: Context,
): Promise<void> {
  const { output } = context;
  if (named !== undefined && url !== undefined) {
    throw new UsageError(`expected a source or --url, received ${named} and ${url}`);
  }
  const source = url ?? named ?? vgg19.sources[0]?.id ?? '';
  const began = performance.now();
  const { record, path, reused } = await downloadBackbone(vgg19, source, watch(context), {
    force,
    repin,
    ...(preprocessing !== undefined && { preprocessing: PREPROCESSING[preprocessing] }),
  });
  const seconds = (performance.now() - began) / 1000;
  const how = reused ? 'was there already' : `fetched in ${formatSeconds(seconds)}`;
  output.result({ ...record, path, reused, seconds }, `${describeWeights(record, path)}\n${how}`);
}

/** `utad weights list` */
export async function weightsList({ output }: Context): Promise<void> {
  const folder = weightsFolder(vgg19);
  const entries = await listWeights(vgg19);
  const weights = entries.map(({ record, path, problem }) => ({
    ...record,
    path,
    problem: problem?.message ?? null,
  }));
  const sources = vgg19.sources.map((source) => ({
    ...source,
    fetched: weights.some(({ id, problem }) => id === source.id && problem === null),
  }));
  const known = sources.map(({ id, name, url, citation, fetched }) =>
    formatFacts([
      ['source', `${id}${fetched ? ' (fetched)' : ''}`],
      ['weights', name],
      ['from', url],
      ['by', citation],
    ]),
  );
  const cached = entries.map(({ record, path, problem }) => {
    const facts = describeWeights(record, path);
    return problem === undefined ? facts : `${facts}\n${problem.message}`;
  });
  const held = cached.length === 0 ? [`nothing was fetched into ${folder} yet`] : cached;
  output.result({ folder, sources, weights }, [...known, ...held].join('\n\n'));
}

interface Verified {
  readonly id: string | null;
  readonly path: string;
  readonly name: string;
  readonly preprocessing: string;
  readonly sha256: string;
  /** What is wrong; null where nothing is. */
  readonly problem: string | null;
}

/**
 * `utad weights verify`: what was fetched against its hashes; a file or folder of the user's by reading it.
 *
 * @param named ids of fetched weights, or paths; none for all that were fetched.
 */
export async function weightsVerify(named: readonly string[], { output }: Context): Promise<void> {
  const folder = weightsFolder(vgg19);
  const cached = (await listWeights(vgg19)).map(
    ({ record: { id, name, preprocessing, sha256 }, path, problem }): Verified => ({
      id,
      path,
      name,
      preprocessing,
      sha256,
      problem: problem?.message ?? null,
    }),
  );
  const weights: Verified[] = named.length === 0 ? cached : [];
  for (const text of named) {
    const known = cached.find(({ id }) => id === text);
    if (known === undefined && (await entryType(text)) === undefined) {
      const ids = cached.map(({ id }) => id).join(', ') || 'none yet';
      throw new UsageError(`expected a path or the id of fetched weights (${ids}), received ${text}`);
    }
    weights.push(known ?? (await verifyPath(text)));
  }
  const lines = weights.map(({ path, sha256, problem }) => problem ?? `${sha256}  ${path}`);
  output.result({ folder, weights }, lines.join('\n') || `nothing was fetched into ${folder} yet`);
  const failed = weights.filter(({ problem }) => problem !== null).length;
  if (failed > 0) {
    const which = `${failed} of ${formatCount(weights.length, 'set')} of weights cannot be used`;
    throw new PartlyFailedError(`${which}; \`utad weights fetch ID|URL\` brings them again`);
  }
}

async function verifyPath(path: string): Promise<Verified> {
  const { name, preprocessing, sha256 } = await readWeights(vgg19, path);
  return { id: null, path, name, preprocessing: preprocessing.name, sha256, problem: null };
}

/** What is known of downloaded weights, for people. */
function describeWeights(record: CachedWeights, path: string): string {
  return formatFacts([
    ['weights', record.name],
    ['id', record.id],
    ['from', record.url],
    ['fetched', record.fetched],
    ['SHA-256 of the tensors', record.sha256],
    ['preprocessing', record.preprocessing],
    ['mean features', describeScale(record.featureScale)],
    ['file', path],
  ]);
}

/** `conv1_2 0.31, conv2_2 0.45, conv3_4 0.38`: of the layers that measure. */
export function describeScale(scale: Readonly<Record<string, number>>): string {
  const layers = ['conv1_2', 'conv2_2', 'conv3_4'];
  return layers
    .map((layer) => `${layer} ${scale[layer] === undefined ? '-' : formatNumber(scale[layer])}`)
    .join(', ');
}
