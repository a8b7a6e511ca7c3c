import { resolve } from 'node:path';
import type { Asset } from '@utad/detector';
import { randomVgg19Weights, type Vgg19Weights } from '@utad/perceptual';
import { readVgg19Weights } from '@utad/perceptual/node';
import { UsageError } from './errors';
import { kindOf } from './exists';

/**
 * The VGG-19 weights that the user named, by option or environment.
 *
 * @throws UsageError when there is nothing at that path.
 */
export async function vgg19Path(option: string | undefined): Promise<string | null> {
  const path = option ?? process.env.UTAD_VGG19;
  if (path === undefined || path === '') return null;
  if ((await kindOf(path)) === undefined) {
    const name = option === undefined ? 'UTAD_VGG19' : '--vgg19';
    throw new UsageError(`${name}: expected a folder with VGG-19 weights, but ${path} does not exist`);
  }
  return resolve(path);
}

const HOW =
  'give real ones with --vgg19 DIR or UTAD_VGG19 (a TensorFlow.js folder with weights_manifest.json)';

/** Weights for a new detector: those named, else random ones, which it says. */
export async function newWeights(path: string | null, say: (line: string) => void): Promise<Vgg19Weights> {
  if (path !== null) return readVgg19Weights(path);
  say(`VGG-19: random weights, so the anomaly map measures no learnt perception; ${HOW}`);
  return randomVgg19Weights(0);
}

/** Places where the weights of a bundle may be found again. */
export interface WeightSources {
  /** From the command line: taken whatever it holds. */
  readonly option: string | undefined;
  /** From the run's own configuration. */
  readonly remembered: string | null;
}

/**
 * Finds the weights that a bundle was made with; others only where the user names them.
 *
 * @throws UsageError where they are nowhere to be found.
 */
export async function weightsOf(
  wanted: Asset | undefined,
  { option, remembered }: WeightSources,
): Promise<Vgg19Weights> {
  if (option !== undefined) return readVgg19Weights(resolve(option));
  const fits = (weights: Vgg19Weights) => wanted === undefined || weights.sha256 === wanted.sha256;
  if (wanted?.seed !== undefined) {
    const random = randomVgg19Weights(wanted.seed);
    if (fits(random)) return random;
  }
  const tried: string[] = [];
  for (const path of [process.env.UTAD_VGG19, remembered]) {
    if (path === undefined || path === null || path === '') continue;
    const found = await tryRead(resolve(path));
    if (typeof found !== 'string' && fits(found)) return found;
    tried.push(typeof found === 'string' ? found : `${path} holds "${found.name}"`);
  }
  const what = wanted ? `"${wanted.name}" (SHA-256 ${wanted.sha256})` : 'of any kind';
  const why = tried.length > 0 ? `; ${tried.join('; ')}` : '';
  throw new UsageError(`expected the VGG-19 weights ${what}${why}; give them with --vgg19 DIR or UTAD_VGG19`);
}

async function tryRead(path: string): Promise<Vgg19Weights | string> {
  try {
    return await readVgg19Weights(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
