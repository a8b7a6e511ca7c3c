import { lstat, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashFile, makeFolders, PinError, PinFile } from '@utad/files/node';
import { type NativePackage, TENSORFLOW_VERSION } from '../packages';
import { diskFull, errno, InstallProblem, unwritable } from './problem';

/** What differs between TensorFlow for the CPU and for NVIDIA's GPUs. */
export interface Recipe extends NativeSpace {
  readonly packageName: NativePackage;
  /** TensorFlow's wheel, as pip is asked for it. */
  readonly requirement: string;
  readonly cuda: boolean;
  /** More than TensorFlow's library and headers, or one wheel of NVIDIA's, need unpacked; less than would fill a disk. */
  readonly largestUnpacked: number;
}

/** Measured: 1.1 GB stay, 1.5 GB at most before; pip may keep a copy of the wheel of 0.27 GB in its own cache. */
const CPU: Recipe = {
  packageName: '@tensorflow/tfjs-node',
  requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
  cuda: false,
  peakBytes: 1_800_000_000,
  finalBytes: 1_100_000_000,
  largestUnpacked: 4_000_000_000,
};

/**
 * Estimated, not measured: the wheels come one after the other, so that the peak is what stays and two copies of the
 * largest (cuDNN's, about 0.7 GB). Before each is unpacked the room is checked against what it declares.
 */
const CUDA: Recipe = {
  packageName: '@tensorflow/tfjs-node-gpu',
  requirement: `tensorflow==${TENSORFLOW_VERSION}`,
  cuda: true,
  peakBytes: 9_000_000_000,
  finalBytes: 7_500_000_000,
  largestUnpacked: 6_000_000_000,
};

/** The room that an installation takes on the disk, in bytes; for a GPU estimated. */
export interface NativeSpace {
  /** While it goes on: what must be free. */
  readonly peakBytes: number;
  /** When it is done. */
  readonly finalBytes: number;
}

/** What `installNative` asks for before it downloads anything. */
export function nativeSpace({ gpu = false }: { gpu?: boolean } = {}): NativeSpace {
  const { peakBytes, finalBytes } = recipeFor(gpu);
  return { peakBytes, finalBytes };
}

export const recipeFor = (gpu: boolean): Recipe => (gpu ? CUDA : CPU);

/** What an installation's folder says of itself. */
export interface Manifest {
  /** Of the addon package. */
  readonly version: string;
  readonly tensorflow: string;
  /** Of TensorFlow, then NVIDIA's. */
  readonly wheels: readonly HashedWheel[];
}

export async function writeManifest(file: string, { version, tensorflow, wheels }: Manifest): Promise<void> {
  await writeFile(file, `${JSON.stringify({ version, tensorflow, wheels }, null, 2)}\n`);
}

/** Undefined where there is none, or none that can be read. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
  const version = text(parsed, 'version');
  const tensorflow = text(parsed, 'tensorflow');
  if (version === undefined || tensorflow === undefined) return undefined;
  const list: unknown = Reflect.get(Object(parsed), 'wheels');
  // The first installations had one wheel, and named it so.
  const wheels = (
    Array.isArray(list) ? list : [{ file: text(parsed, 'wheel'), sha256: text(parsed, 'sha256') }]
  )
    .map((wheel: unknown) => ({ file: text(wheel, 'file'), sha256: text(wheel, 'sha256') }))
    .filter((wheel): wheel is HashedWheel => wheel.file !== undefined && wheel.sha256 !== undefined);
  return { version, tensorflow, wheels };
}

function text(value: unknown, name: string): string | undefined {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof field === 'string' ? field : undefined;
}

/**
 * Makes a folder and writes a file there.
 * @throws InstallProblem that names the folder where that cannot be done.
 */
export async function requireWritable(folder: string): Promise<void> {
  const trial = join(folder, `.writable-${process.pid}`);
  try {
    makeFolders(folder);
    await writeFile(trial, 'x');
  } catch (error) {
    throw isFull(error) ? diskFull(folder, '', error) : unwritable(folder, error);
  } finally {
    await rm(trial, { force: true }).catch(() => undefined);
  }
}

const isFull = (error: unknown) => errno(error) === 'ENOSPC' || errno(error) === 'EDQUOT';

/**
 * @param bytes what is about to be written below the folder.
 * @throws InstallProblem where the disk has less room than that.
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // Some network file systems tell no sizes.
  if (blocks === 0) return;
  const free = bavail * bsize;
  if (free < bytes)
    throw diskFull(folder, ` (${gigabytes(bytes)} GB are needed, ${gigabytes(free)} GB are free)`);
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** A wheel and what was found in it. */
export interface HashedWheel {
  /** Name of the file, as the index has it. */
  readonly file: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

interface KnownWheel {
  readonly sha256: string;
  readonly bytes: number;
}

/** Wheels whose bytes were looked at. For any other file the first one that an installation worked with is pinned. */
const KNOWN_WHEELS: Readonly<Record<string, KnownWheel>> = {
  'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl': {
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273829956,
  },
};

/** The size to expect of a requirement's wheel on this system, for progress. */
export function expectedWheelBytes(requirement: string): number | undefined {
  if (process.arch !== 'x64') return undefined;
  const start = `${requirement.replace('==', '-').replace('tensorflow-cpu', 'tensorflow_cpu')}-`;
  return Object.entries(KNOWN_WHEELS).find(([file]) => file.startsWith(start) && file.includes('x86_64'))?.[1]
    .bytes;
}

const pinFile = (root: string): PinFile => new PinFile(join(root, 'wheels.json'));

/**
 * Compares a wheel's SHA-256 with the one known for its file name, or with the one that an earlier installation
 * pinned.
 * @throws InstallProblem where they differ.
 */
export async function verifyWheel(wheel: string, root: string, signal?: AbortSignal): Promise<HashedWheel> {
  const file = basename(wheel);
  const received = (await hashFile(wheel, signal)).sha256;
  const known = KNOWN_WHEELS[file]?.sha256;
  const expected = known ?? (await orProblem(pinFile(root).read())).get(file)?.sha256;
  if (expected !== undefined && expected !== received) {
    const reason = `expected SHA-256 ${expected} of ${file}, received ${received}`;
    const remedy =
      known === undefined
        ? `it is not the file that was installed before; where that is meant to be, remove ${pinFile(root).path}`
        : 'the package index, or something on the way to it, gave another file: use another index';
    throw new InstallProblem('wheel-altered', reason, remedy);
  }
  return { file, sha256: received };
}

/** Remembers the wheels of an installation that works. */
export async function pinWheels(root: string, wheels: readonly HashedWheel[]): Promise<void> {
  const unknown = wheels.filter(({ file }) => KNOWN_WHEELS[file] === undefined);
  if (unknown.length === 0) return;
  await orProblem(pinFile(root).add(new Map(unknown.map(({ file, sha256 }) => [file, { sha256 }]))));
}

/** Forgets wheels; the file goes with the last one. */
export async function unpinWheels(root: string, files: readonly string[]): Promise<void> {
  await orProblem(pinFile(root).remove(files));
}

async function orProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PinError)) throw error;
    throw new InstallProblem('failed', error.message, 'remove the file', { cause: error });
  }
}

/** What the files of a folder, and of those in it, hold. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory()) bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
