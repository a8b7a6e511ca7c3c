import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { userCacheFolder } from '@utad/files/node';
import type { BackendName } from '../backends';
import { property } from '../checks';
import { errorLine } from './install/run-command';

/** The TensorFlow.js that the addon package belongs to; it must be the caller's own version too. */
export const TFJS_VERSION = '4.22.0';
/** The TensorFlow whose library the addon is compiled against. */
export const TENSORFLOW_VERSION = '2.21.0';

export type NativePackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/**
 * Where native TensorFlow lies in the cache. The name holds all that the build depends on. The version of Node is
 * not in it: the addon speaks Node-API, so that one build serves every Node from 20 on.
 */
export interface NativeLayout {
  /** Holds every installation, the locks and the pinned hashes. */
  readonly root: string;
  /** One installation. It is there only when it is whole. */
  readonly folder: string;
  readonly packageName: NativePackage;
  readonly packageFolder: string;
  readonly manifest: string;
}

/** How folders of work that is not finished begin. */
export const STAGING = 'staging-';

/** How the folders of every version of a package's installations begin. */
export const folderPrefix = (name: NativePackage): string => `${name.slice('@tensorflow/'.length)}-`;

export function nativeLayout(
  cacheFolder: string = userCacheFolder(),
  name: NativePackage = '@tensorflow/tfjs-node',
): NativeLayout {
  const root = join(cacheFolder, 'native');
  const key = `${folderPrefix(name)}${TFJS_VERSION}-tf${TENSORFLOW_VERSION}-${process.platform}-${process.arch}`;
  return layoutIn(root, join(root, key), name);
}

export function layoutIn(root: string, folder: string, packageName: NativePackage): NativeLayout {
  return {
    root,
    folder,
    packageName,
    packageFolder: join(folder, 'node_modules', packageName),
    manifest: join(folder, 'install.json'),
  };
}

/** An addon package on the disk, not yet loaded. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  /** Its package.json. */
  readonly manifest: string;
  /** In words: `'user cache'`, `'this project'`. */
  readonly origin: string;
}

function readVersion(manifest: string): string {
  const version = property(JSON.parse(readFileSync(manifest, 'utf8')), 'version');
  return typeof version === 'string' ? version : 'unknown';
}

/** A package as Node would resolve it from a folder, or undefined where there is none. */
export function findPackage(name: string, folder: string, origin: string): FoundPackage | undefined {
  let manifest: string;
  try {
    // The file need not exist: it only says where resolution starts.
    manifest = createRequire(join(folder, 'resolve-from-here.js')).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
  try {
    return { name, version: readVersion(manifest), manifest, origin };
  } catch {
    // Node remembers where it has found a package, also when that is gone.
    return undefined;
  }
}

/**
 * The addon file of tfjs-node or tfjs-node-gpu, found as the package itself finds it.
 * @throws Error where it is not there, as when the package's install script was not run.
 */
export function addonFile(found: FoundPackage): string {
  const nodePreGyp: unknown = createRequire(found.manifest)('@mapbox/node-pre-gyp');
  const find = property(nodePreGyp, 'find');
  if (typeof find !== 'function') throw new Error(`${found.name} has an unknown @mapbox/node-pre-gyp`);
  const file: unknown = Reflect.apply(find, nodePreGyp, [found.manifest]);
  if (typeof file !== 'string' || !existsSync(file))
    throw new Error(`${found.name} has no addon built for this system`);
  return file;
}

/** Why a native backend is not there at all. */
export const NATIVE_MISSING = {
  'tfjs-node-gpu': '@tensorflow/tfjs-node-gpu is not installed',
  'tfjs-node': 'native TensorFlow is not installed; run `utad backend install`',
} as const;

/** @throws Error for a package that belongs to another TensorFlow.js than the caller's. */
export function requireVersion({ name, version }: FoundPackage): void {
  if (version === tf.version.tfjs) return;
  throw new Error(`${name} is ${version}, but @tensorflow/tfjs is ${tf.version.tfjs}`);
}

export const packageFolder = (found: FoundPackage): string => dirname(found.manifest);

/** Where native backends are looked for. */
export interface FinderOptions {
  /** The folder of utad's caches; default `userCacheFolder()`. */
  readonly cacheFolder?: string;
  /** Where the user's own packages are looked for first; default the working directory. */
  readonly projectFolder?: string;
}

/** Why a backend was not taken. */
export interface Refusal {
  readonly name: BackendName;
  readonly reason: string;
  /** Whether it is on this machine at all. */
  readonly found: boolean;
}

/** Every copy of a package that could be loaded, the most wanted first. */
export function installedCopies(
  name: string,
  { projectFolder = process.cwd() }: FinderOptions,
): FoundPackage[] {
  const copies = [
    findPackage(name, projectFolder, 'this project'),
    findPackage(name, dirname(fileURLToPath(import.meta.url)), 'beside @utad/runtime'),
  ].filter((found) => found !== undefined);
  return copies.filter(({ manifest }, i) => copies.findIndex((other) => other.manifest === manifest) === i);
}

/** The copies of an addon package, the one in the user's cache last. */
export function nativeCopies(name: NativePackage, options: FinderOptions): FoundPackage[] {
  const { folder } = nativeLayout(options.cacheFolder, name);
  const cached = findPackage(name, folder, 'user cache');
  // Resolution climbs, so that a cache below a project would otherwise show the project's copy again; and it follows links,
  // such as a cache that lies on another disk.
  const own = cached !== undefined && existsSync(folder) && cached.manifest.startsWith(realpathSync(folder));
  return [...installedCopies(name, options), ...(own ? [cached] : [])];
}

export const message = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/**
 * Makes a package's `require('@tensorflow/tfjs')` the copy that this package, and so its caller, imports.
 * A second copy would share tensors and kernels, which are global, but have its own registry of layers, and would
 * complain that everything is registered already. Node documents `require.cache` as replaceable: the entry of the
 * package's copy is set to the module already loaded, and its file is never run.
 */
export function shareTensorFlowJs(load: NodeJS.Require): void {
  const here = createRequire(import.meta.url);
  const union = here.resolve('@tensorflow/tfjs');
  const core = createRequire(union).resolve('@tensorflow/tfjs-core');
  for (const [name, file] of [
    ['@tensorflow/tfjs', union],
    ['@tensorflow/tfjs-core', core],
  ] as const) {
    here(file);
    const module = here.cache[file];
    const theirs = resolve(load, name);
    if (module && theirs && theirs !== file) here.cache[theirs] = module;
  }
}

function resolve(load: NodeJS.Require, name: string): string | undefined {
  try {
    return load.resolve(name);
  } catch {
    return undefined;
  }
}

/** What this package needs of tfjs-node's backend object. */
export interface NativeBackend {
  readonly tensorflow: string;
  readonly gpu: boolean;
  /** Whether it belongs to tfjs-node-gpu. */
  readonly gpuPackage: boolean;
}

/** The native backend already registered in this process, whoever loaded it. */
export function registeredNative(): NativeBackend | undefined {
  const backend: unknown = tf.findBackend('tensorflow');
  const tensorflow = property(property(backend, 'binding'), 'TF_Version');
  if (typeof tensorflow !== 'string') return undefined;
  const gpu = property(backend, 'isUsingGpuDevice') === true;
  return { tensorflow, gpu, gpuPackage: property(backend, 'isGPUPackage') === true };
}

/**
 * Loads an addon package into this process and makes it TensorFlow.js's backend.
 * @throws Error that says why it does not load; nothing is registered then.
 */
export function loadNative(found: FoundPackage): NativeBackend {
  requireVersion(found);
  const addon = addonFile(found);
  quietTensorFlow();
  provideIsNullOrUndefined();
  const load = createRequire(found.manifest);
  // The addon alone first: the package registers its kernels before it opens the addon, and would leave them
  // behind when that fails.
  load(addon);
  shareTensorFlowJs(load);
  load(packageFolder(found));
  const native = registeredNative();
  if (!native) throw new Error(`${found.name} did not register a backend`);
  return native;
}

/** TensorFlow reads its log level once, when its library is opened. A level that the user has set stays. */
function quietTensorFlow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}

/** tfjs-node calls `util.isNullOrUndefined`, which Node 23 removed and Node 22 warns about. */
function provideIsNullOrUndefined(): void {
  const util: unknown = createRequire(import.meta.url)('node:util');
  Object.assign(Object(util), {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  });
}

/** What a native package turned out to be when a process of its own loaded it and computed with it. */
interface ProbeResult {
  readonly tensorflow: string;
  readonly gpu: boolean;
}

// Runs with `node -e` and must stand alone: it is the same text from sources and from a bundle.
const SCRIPT = `
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
require('util').isNullOrUndefined = (value) => value === null || value === undefined;
const tf = require(process.argv[1]);
const close = (tensor, expected) => {
  const values = Array.from(tensor.dataSync());
  if (values.length !== expected.length || values.some((value, i) => !(Math.abs(value - expected[i]) < 1e-4))) {
    throw new Error('expected ' + expected + ' of a check calculation, received ' + values);
  }
};
close(tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [19, 22, 43, 50]);
const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
const filterGradient = tf.grad((filter) => tf.sum(tf.square(tf.conv2d(image, filter, 1, 'valid'))));
close(filterGradient(tf.ones([2, 2, 1, 1])), [20, 40, 60, 80]);
const backend = tf.backend();
console.log('utad ' + JSON.stringify({ tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice === true }));
`;

/**
 * Loads a native package in a child process and has it compute a product and a convolution's gradient, so that a
 * crash there is a reason and not the end of this process.
 * @throws Error that says in one line what went wrong.
 */
export async function probeNative(found: FoundPackage, signal?: AbortSignal): Promise<ProbeResult> {
  const { answer } = await runProbe(SCRIPT, [packageFolder(found)], { signal });
  const tensorflow = property(answer, 'tensorflow');
  if (typeof tensorflow !== 'string') throw new Error('its check calculation gave no answer');
  return { tensorflow, gpu: property(answer, 'gpu') === true };
}

interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether an answer counts of a process that crashed after it, as some drivers do when their process ends. */
  readonly mayCrash?: boolean;
}

/**
 * Runs a script in a process of its own.
 *
 * @returns The JSON of its line that begins with `utad`, and what it wrote to stderr.
 * @throws Error that says in one line what went wrong.
 */
export async function runProbe(
  script: string,
  args: readonly string[],
  { signal, mayCrash = false }: ProbeOptions,
): Promise<{ answer: unknown; stderr: string }> {
  return await new Promise((resolve, reject) => {
    const options = { timeout: 120_000, ...(signal && { signal }) };
    execFile(process.execPath, ['-e', script, ...args], options, (error, stdout, stderr) => {
      const line = stdout.split('\n').find((text) => text.startsWith('utad '));
      if (line && (mayCrash || !error)) resolve({ answer: JSON.parse(line.slice('utad '.length)), stderr });
      else if (signal?.aborted) reject(signal.reason);
      else if (error?.signal) reject(new Error(`its process ended by ${error.signal}`));
      else reject(new Error(errorLine(stderr, error?.message ?? 'its check calculation gave no answer')));
    });
  });
}

/** Which native backend to look for, and where. */
export interface FindNativeOptions extends FinderOptions {
  /** Looks for tfjs-node-gpu instead of tfjs-node; default false. */
  readonly gpu?: boolean;
}

/**
 * Where a tfjs-node lies that could be loaded, found without loading it: `'user cache'`, `'this project'`.
 * Undefined where there is none with an addon for this system and the version of the caller's TensorFlow.js.
 */
export function findNative({ gpu = false, ...finder }: FindNativeOptions = {}): string | undefined {
  for (const copy of nativeCopies(gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node', finder)) {
    if (copy.version !== tf.version.tfjs) continue;
    try {
      addonFile(copy);
      return copy.origin;
    } catch {
      // The next copy may have its addon.
    }
  }
  return undefined;
}
