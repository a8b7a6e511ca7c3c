import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  layoutIn,
  type NativeLayout,
  nativeLayout,
  TENSORFLOW_VERSION,
  TFJS_VERSION,
} from '../native-layout';
import { findPackage } from '../native-package';
import { probeNative } from '../probe';
import { installAddonPackage } from './addon-package';
import { compileAddon, linkLibraries } from './compile';
import { InstallError, type InstallEvent, type InstallPhase } from './events';
import { extract, tensorflowDeps } from './extract';
import { withLock } from './lock';
import { findTools } from './tools';
import { downloadWheel, expectedWheelBytes, verifyWheel } from './wheel';

const STAGING = 'staging-';

/** A native TensorFlow in the user's cache. */
export interface NativeInstall {
  readonly folder: string;
  /** Of tfjs-node. */
  readonly version: string;
  readonly tensorflow: string;
  /** The wheel that the library came from. */
  readonly wheel: string;
  readonly sha256: string;
  /** True where it was there already and nothing was done. */
  readonly reused: boolean;
  readonly seconds: number;
}

export interface InstallOptions {
  /** Installs anew where an installation is there; default false. */
  readonly force?: boolean;
  /** The folder of utad's caches; default `userCacheFolder()`. */
  readonly cacheFolder?: string;
  /** The Python whose pip is used; default `python3`, then `python`. */
  readonly python?: string;
  readonly onEvent?: (event: InstallEvent) => void;
  /** Stops the installation, which then throws the signal's reason and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

type Report = (progress?: { bytes: number; totalBytes?: number }) => void;
type Step = <T>(phase: InstallPhase, work: (report: Report) => Promise<T>) => Promise<T>;

/**
 * Sets tfjs-node up on a current TensorFlow in the user's cache: TensorFlow's wheel through pip, the addon compiled
 * against its library. Needs Linux, Python 3 with pip, make and a C++ compiler; takes about a minute and 0.9 GB.
 * Two installations at once wait for each other, and the second then finds the first one's.
 *
 * @throws InstallError naming the phase and, in one line, the reason.
 */
export async function installNative(options: InstallOptions = {}): Promise<NativeInstall> {
  const { force = false, cacheFolder, python, onEvent, signal } = options;
  const began = performance.now();
  const layout = nativeLayout(cacheFolder);
  const step = steps(onEvent, signal);
  if (!force) {
    const present = await readInstall(layout, began);
    if (present) return present;
  }
  const tools = await step('tools', () => findTools(python, signal));
  let waiting = false;
  const since = performance.now();
  const event = (status: InstallEvent['status']) =>
    onEvent?.({ phase: 'wait', status, seconds: (performance.now() - since) / 1000 });
  const onWait = () => {
    event(waiting ? 'progress' : 'start');
    waiting = true;
  };
  return withLock(
    layout.root,
    async () => {
      if (waiting) event('done');
      const present = force ? undefined : await readInstall(layout, began);
      if (present) return present;
      return await installLocked(layout, tools.python, step, began, signal);
    },
    { signal, onWait },
  );
}

async function installLocked(
  layout: NativeLayout,
  python: string,
  step: Step,
  began: number,
  signal: AbortSignal | undefined,
): Promise<NativeInstall> {
  await removeLeftovers(layout.root);
  const staging = await mkdtemp(join(layout.root, STAGING));
  try {
    const staged = layoutIn(layout.root, join(staging, 'native'));
    await mkdir(staged.folder, { recursive: true });
    const download = join(staging, 'download');
    const wheel = await step('download', (report) => {
      const totalBytes = expectedWheelBytes();
      const onBytes = (bytes: number) =>
        report({ bytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
      return downloadWheel({ python, folder: download, onBytes, signal });
    });
    const sha256 = await step('verify', () => verifyWheel(wheel, join(layout.root, 'wheels.json'), signal));
    await step('package', () => installAddonPackage(staged.folder, signal));
    const deps = join(staged.packageFolder, 'deps');
    await step('extract', async (report) => {
      const onBytes = (bytes: number, totalBytes: number) => report({ bytes, totalBytes });
      await extract(wheel, deps, { place: tensorflowDeps, onBytes, signal });
      await linkLibraries(staged.packageFolder);
      await rm(download, { recursive: true });
    });
    await step('compile', async () => {
      await compileAddon(staged.packageFolder, python, signal);
      await rm(join(staged.packageFolder, 'build'), { recursive: true, force: true });
      await rm(join(deps, 'include'), { recursive: true });
    });
    await step('check', async () => {
      const found = findPackage('@tensorflow/tfjs-node', staged.folder, 'user cache');
      if (!found) throw new Error('@tensorflow/tfjs-node is not where npm was to put it');
      const { tensorflow } = await probeNative(found, signal);
      if (tensorflow !== TENSORFLOW_VERSION) {
        throw new Error(`expected TensorFlow ${TENSORFLOW_VERSION} of the addon, received ${tensorflow}`);
      }
    });
    const manifest = {
      version: TFJS_VERSION,
      tensorflow: TENSORFLOW_VERSION,
      wheel: basename(wheel),
      sha256,
    };
    return await step('place', async () => {
      await writeFile(staged.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
      await replaceFolder(staged.folder, layout.folder, join(staging, 'old'));
      return {
        folder: layout.folder,
        ...manifest,
        reused: false,
        seconds: (performance.now() - began) / 1000,
      };
    });
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A folder cannot be renamed onto one with content: the old one is set aside first, to be removed with staging. */
async function replaceFolder(from: string, to: string, aside: string): Promise<void> {
  if (existsSync(to)) await rename(to, aside);
  await rename(from, to);
}

/** Staging folders of installations that were killed. The caller holds the lock, so nobody works in them. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith(STAGING)) await rm(join(root, name), { recursive: true, force: true });
  }
}

async function readInstall(layout: NativeLayout, began: number): Promise<NativeInstall | undefined> {
  let text: string;
  try {
    text = await readFile(layout.manifest, 'utf8');
  } catch {
    return undefined;
  }
  const parsed: unknown = JSON.parse(text);
  const field = (name: string): string => {
    const value: unknown =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
    return typeof value === 'string' ? value : 'unknown';
  };
  return {
    folder: layout.folder,
    version: field('version'),
    tensorflow: field('tensorflow'),
    wheel: field('wheel'),
    sha256: field('sha256'),
    reused: true,
    seconds: (performance.now() - began) / 1000,
  };
}

function steps(onEvent: InstallOptions['onEvent'], signal: AbortSignal | undefined): Step {
  return async (phase, work) => {
    signal?.throwIfAborted();
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    onEvent?.({ phase, status: 'start', seconds: 0 });
    try {
      const result = await work((progress) =>
        onEvent?.({ phase, status: 'progress', seconds: seconds(), ...progress }),
      );
      onEvent?.({ phase, status: 'done', seconds: seconds() });
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      throw new InstallError(phase, reason, { cause: error });
    }
  };
}
