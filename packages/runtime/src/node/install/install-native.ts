import { withLock } from '@utad/files/node';
import { findPackage, type NativeLayout, nativeLayout, probeNative } from '../packages';
import { buildNative } from './build-native';
import { type HashedWheel, readManifest, recipeFor, requireWritable } from './installation';
import { findGpu, gpuProblem, platformProblem, thisMachine } from './machine';
import { guard, type InstallEvent, steps } from './problem';
import { findTools } from './tools';

/** A native TensorFlow in the user's cache. */
export interface NativeInstall {
  /** Where it lies; everything of it is inside. */
  readonly folder: string;
  /** Of tfjs-node or tfjs-node-gpu. */
  readonly version: string;
  /** Version of TensorFlow, such as `2.21.0`. */
  readonly tensorflow: string;
  /** The wheel that TensorFlow's library came from. */
  readonly wheel: string;
  /** Of that wheel, in hexadecimal. */
  readonly sha256: string;
  /** Every wheel that was used: TensorFlow's, then NVIDIA's. */
  readonly wheels: readonly HashedWheel[];
  /** True where it was there already and nothing was done. */
  readonly reused: boolean;
  /** How long this call took. */
  readonly seconds: number;
}

/** What {@link installNative} installs, and where. */
export interface InstallOptions {
  /** Installs tfjs-node-gpu on TensorFlow's CUDA build instead; default false. */
  readonly gpu?: boolean;
  /** Installs anew where an installation is there, and for a GPU also where none is found; default false. */
  readonly force?: boolean;
  /** The folder of utad's caches; default `userCacheFolder()`. */
  readonly cacheFolder?: string;
  /** The Python whose pip is used; default `python3`, then `python`. */
  readonly python?: string;
  /** Is told when a step begins, goes on and is over. */
  readonly onEvent?: (event: InstallEvent) => void;
  /** Stops the installation, which then throws the signal's reason and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/**
 * Sets tfjs-node up on a current TensorFlow in the user's cache: TensorFlow's wheel through pip, the addon compiled
 * against its library. Needs Linux with glibc on x64 or arm64, Python 3.8 with pip, npm, make and a C++ compiler;
 * takes about a minute, 1.8 GB of free space for that long and 1.1 GB after.
 *
 * With `gpu`, sets tfjs-node-gpu up on TensorFlow's CUDA build and the libraries of NVIDIA's that it names: x64 with
 * an NVIDIA driver, about 9 GB of free space and 7.5 GB after. This has been tested with stand-ins, not on a GPU.
 *
 * An installation that is there is tried, and used again where it works. Two at once wait for each other, and the
 * second then finds the first one's.
 *
 * @throws InstallError with a code, naming the phase and, in one line, the reason and what to do.
 */
export async function installNative(options: InstallOptions = {}): Promise<NativeInstall> {
  const { gpu = false, force = false, cacheFolder, python, onEvent, signal } = options;
  const began = performance.now();
  const recipe = recipeFor(gpu);
  const layout = nativeLayout(cacheFolder, recipe.packageName);
  const context = { onEvent, signal, folder: layout.root };
  const step = steps(context);
  if (!force) {
    const present = await findInstall(layout, began, signal);
    if (present) return present;
  }
  const tools = await step('tools', async () => {
    const problem =
      platformProblem(thisMachine(), gpu) ??
      (gpu && !force ? gpuProblem(await findGpu({ signal })) : undefined);
    if (problem) throw problem;
    return await findTools(python, signal);
  });
  await guard('space', context, () => requireWritable(layout.root));
  let waiting = false;
  const since = performance.now();
  const event = (status: InstallEvent['status']) =>
    onEvent?.({ phase: 'wait', status, seconds: (performance.now() - since) / 1000 });
  const onWait = () => {
    event(waiting ? 'progress' : 'start');
    waiting = true;
  };
  const work = async () => {
    if (waiting) event('done');
    const present = force ? undefined : await findInstall(layout, began, signal);
    if (present) return present;
    const needsGpu = recipe.cuda && !force;
    const manifest = await buildNative({ layout, recipe, tools, step, needsGpu, signal });
    return describe(layout, manifest, false, began);
  };
  return await guard('wait', context, () => withLock(`${layout.root}.lock`, work, { signal, onWait }));
}

/** An installation that is there and works. */
async function findInstall(
  layout: NativeLayout,
  began: number,
  signal: AbortSignal | undefined,
): Promise<NativeInstall | undefined> {
  const manifest = await readManifest(layout.manifest);
  if (manifest === undefined) return undefined;
  const found = findPackage(layout.packageName, layout.folder, 'user cache');
  if (!found?.manifest.startsWith(layout.folder)) return undefined;
  try {
    await probeNative(found, signal);
  } catch {
    signal?.throwIfAborted();
    // Something has taken files away, or the system has changed under it: it is built anew.
    return undefined;
  }
  return describe(layout, manifest, true, began);
}

function describe(
  { folder }: NativeLayout,
  { version, tensorflow, wheels }: Pick<NativeInstall, 'version' | 'tensorflow' | 'wheels'>,
  reused: boolean,
  began: number,
): NativeInstall {
  const [first] = wheels;
  return {
    folder,
    version,
    tensorflow,
    wheel: first?.file ?? 'unknown',
    sha256: first?.sha256 ?? 'unknown',
    wheels,
    reused,
    seconds: (performance.now() - began) / 1000,
  };
}
