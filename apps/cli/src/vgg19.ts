import { resolve } from 'node:path';
import type { Asset } from '@utad/detector';
import { randomVgg19Weights, type Vgg19Weights, type WeightsError } from '@utad/perceptual';
import { vgg19Sources } from '@utad/perceptual/load';
import {
  bundledVgg19Weights,
  findVgg19InCache,
  readVgg19Weights,
  verifyVgg19Cache,
} from '@utad/perceptual/node';
import type { Context } from './context';
import { UsageError } from './errors';
import { kindOf } from './exists';
import { download, isSource } from './weights/download';
import { weightsFolder } from './weights/folder';

type Speaker = Pick<Context, 'output' | 'signal'>;

/** What to say instead of a path for weights that have learnt nothing. */
const RANDOM = 'random';

/** What to say instead of a path for those that come with `@utad/perceptual`. */
export const BUNDLED = 'bundled';

/** Of random weights for new detectors. */
const RANDOM_SEED = 0;

/**
 * Where the VGG-19 weights are that the user named, by option or environment; those of a URL are in the cache then.
 *
 * @returns a path, `random` or `bundled`; undefined where none are named.
 * @throws UsageError when there is nothing at that path.
 */
export async function namedVgg19(option: string | undefined, context: Speaker): Promise<string | undefined> {
  const text = nameGiven(option);
  if (text === undefined || text === RANDOM || text === BUNDLED) return text;
  if (isSource(text)) return (await download(text, context)).path;
  if ((await kindOf(text)) === undefined) {
    const name = option === undefined ? 'UTAD_VGG19' : '--vgg19';
    throw new UsageError(`${name}: expected VGG-19 weights, but ${text} does not exist`);
  }
  return resolve(text);
}

/**
 * Where the VGG-19 weights of something new are: those named, else the newest of the cache, else downloaded ones, else the
 * bundled ones, which is said.
 *
 * @returns a path, `random` or `bundled`.
 * @throws UsageError when there is nothing at the path named.
 */
export async function vgg19Path(option: string | undefined, context: Speaker): Promise<string> {
  const named = await namedVgg19(option, context);
  if (named !== undefined) return named;
  const cached = (await verifyVgg19Cache(weightsFolder())).filter(({ problem }) => problem === undefined);
  const [source] = vgg19Sources;
  const chosen = cached.find(({ record }) => record.id === source?.id) ?? cached.at(-1);
  if (chosen !== undefined) return chosen.path;
  if (source === undefined || offline()) return BUNDLED;
  context.output.note(
    `VGG-19: no weights named and none in the cache; fetching ${source.name} (9.3 MB); --vgg19 bundled or UTAD_OFFLINE=1 does not`,
  );
  try {
    // Nobody asked for it: it is not worth a wait.
    return (await download(source.id, context, { retries: 0, patience: 10 })).path;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isWeightsError(error)) throw error;
    context.output.note(`${error.message}; the bundled weights are taken instead`);
    return BUNDLED;
  }
}

/** Weights for something new, by what {@link vgg19Path} gave. */
export async function newWeights(name: string, say: (line: string) => void): Promise<Vgg19Weights> {
  if (name === RANDOM) {
    say('VGG-19: random weights, so the anomaly map measures no learnt perception');
    return randomVgg19Weights(RANDOM_SEED);
  }
  return name === BUNDLED ? bundledVgg19Weights() : readVgg19Weights(name);
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
  context: Speaker,
): Promise<Vgg19Weights> {
  if (option !== undefined) return readNamed(option, context);
  const fits = (weights: Vgg19Weights) => wanted === undefined || weights.sha256 === wanted.sha256;
  if (wanted?.seed !== undefined) {
    const random = randomVgg19Weights(wanted.seed);
    if (fits(random)) return random;
  }
  const tried: string[] = [];
  const lookAt = async (place: string, read: () => Promise<Vgg19Weights>) => {
    const found = await tryRead(read, context);
    if (typeof found !== 'string' && fits(found)) return found;
    tried.push(typeof found === 'string' ? found : `${place} holds "${found.name}"`);
    return undefined;
  };
  for (const place of [process.env.UTAD_VGG19, remembered]) {
    if (place === undefined || place === null || place === '') continue;
    const found = await lookAt(place, () => readNamed(place, context));
    if (found !== undefined) return found;
  }
  const cached = wanted && (await findVgg19InCache(weightsFolder(), wanted.sha256));
  if (cached !== undefined) return cached;
  const bundled = await bundledVgg19Weights();
  if (fits(bundled)) return bundled;
  const source = vgg19Sources.find(({ name }) => name === wanted?.name);
  if (source !== undefined && !offline()) {
    const found = await lookAt(source.url, async () => (await download(source.id, context)).weights);
    if (found !== undefined) return found;
  }
  const what = wanted ? `"${wanted.name}" (SHA-256 ${wanted.sha256})` : 'of any kind';
  const why = tried.length > 0 ? `; ${tried.join('; ')}` : '';
  throw new UsageError(
    `expected the VGG-19 weights ${what}${why}; give them with --vgg19 PATH|URL or UTAD_VGG19`,
  );
}

async function readNamed(text: string, context: Speaker): Promise<Vgg19Weights> {
  if (text === RANDOM) return randomVgg19Weights(RANDOM_SEED);
  if (text === BUNDLED) return bundledVgg19Weights();
  return isSource(text) ? (await download(text, context)).weights : readVgg19Weights(resolve(text));
}

async function tryRead(
  read: () => Promise<Vgg19Weights>,
  { signal }: Speaker,
): Promise<Vgg19Weights | string> {
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

function nameGiven(option: string | undefined): string | undefined {
  return (option ?? process.env.UTAD_VGG19) || undefined;
}

function offline(): boolean {
  const { UTAD_OFFLINE = '' } = process.env;
  return UTAD_OFFLINE !== '' && UTAD_OFFLINE !== '0';
}

function isWeightsError(error: unknown): error is WeightsError {
  return error instanceof Error && error.name === 'WeightsError';
}
