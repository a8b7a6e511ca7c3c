import { readVgg19Weights, verifyVgg19Cache } from '@utad/perceptual/node';
import type { Context } from '../context';
import { PartlyFailedError, UsageError } from '../errors';
import { kindOf } from '../exists';
import { formatCount } from '../terminal/format';
import { weightsFolder } from './folder';

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
  const folder = weightsFolder();
  const cached = (await verifyVgg19Cache(folder)).map(
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
    if (known === undefined && (await kindOf(text)) === undefined) {
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
  const { name, preprocessing, sha256 } = await readVgg19Weights(path);
  return { id: null, path, name, preprocessing: preprocessing.name, sha256, problem: null };
}
