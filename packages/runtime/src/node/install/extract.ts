import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { errno, InstallProblem } from './problem';

/**
 * Works with the entries of a zip archive. The reader refuses entries whose path is absolute or leaves the folder,
 * and entries that are larger than they say.
 * @throws InstallProblem where the archive is not what it should be; an error of the system as it is.
 */
async function readArchive<T>(
  archive: string,
  work: (zip: ZipFile, entries: readonly Entry[]) => Promise<T>,
): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { autoClose: false });
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(entry);
    return await work(zip, entries);
  } catch (error) {
    if (error instanceof InstallProblem || errno(error) !== undefined) throw error;
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw damaged(archive, error instanceof Error ? error.message : String(error), error);
  } finally {
    zip?.close();
  }
}

function damaged(archive: string, why: string, cause?: unknown): InstallProblem {
  return new InstallProblem('wheel-damaged', `${basename(archive)} is damaged: ${why}`, 'try again', {
    cause,
  });
}

/** Where a file of the wheel goes, relative to the target folder; undefined leaves it out. */
export type Placement = (path: string) => string | undefined;

const LIBRARY = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADER = /^tensorflow\/include\/((?:tensorflow|tsl|xla)\/.+\.(?:h|inc))$/;

/** Lays the parts of TensorFlow's wheel out as tfjs-node's `deps` folder: `lib/` and `include/`. */
export const tensorflowDeps: Placement = (path) => {
  const library = LIBRARY.exec(path)?.[1];
  if (library) return join('lib', library);
  const header = HEADER.exec(path)?.[1];
  return header ? join('include', header) : undefined;
};

interface ExtractOptions {
  readonly place: Placement;
  /** The most bytes that may be unpacked: an archive that declares more is refused. */
  readonly largest: number;
  /** Is told how much will be unpacked before anything is; throws where there is no room for it. */
  readonly requireRoom?: (bytes: number) => Promise<void>;
  readonly onBytes?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const EXECUTABLE = /(?:^|\/)bin\/[^/]+$/;

/**
 * Unpacks chosen files of a zip archive, comparing each with its checksum.
 * @throws InstallProblem for an archive that is damaged, that holds none of the files, or whose chosen files are too
 *   large together.
 */
export async function extract(archive: string, folder: string, options: ExtractOptions): Promise<void> {
  const { place, largest, requireRoom, onBytes, signal } = options;
  await readArchive(archive, async (zip, entries) => {
    const chosen = entries.flatMap((entry) => {
      const target = place(entry.fileName);
      return target === undefined ? [] : [{ entry, target: join(folder, target) }];
    });
    if (chosen.length === 0) throw damaged(archive, 'expected libraries in it, received none');
    const targets = new Set<string>();
    for (const { entry, target } of chosen) {
      if (targets.has(target)) throw damaged(archive, `${entry.fileName} is in it twice`);
      targets.add(target);
    }
    const total = chosen.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    if (total > largest) {
      throw damaged(archive, `expected at most ${largest} bytes to unpack, received ${total}`);
    }
    await requireRoom?.(total);
    let bytes = 0;
    const report = setInterval(() => onBytes?.(bytes, total), 500);
    try {
      for (const { entry, target } of chosen) {
        await mkdir(dirname(target), { recursive: true });
        let checksum = 0;
        const watch = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            bytes += chunk.length;
            checksum = crc32(chunk, checksum);
            done(null, chunk);
          },
        });
        const from = await zip.openReadStreamPromise(entry);
        const to = createWriteStream(target, { mode: EXECUTABLE.test(target) ? 0o755 : 0o644 });
        await pipeline(from, watch, to, signal ? { signal } : {});
        if (checksum !== entry.crc32)
          throw damaged(archive, `${entry.fileName} has another checksum than it says`);
      }
    } finally {
      clearInterval(report);
    }
  });
}

const METADATA = /^[^/]+\.dist-info\/METADATA$/;
const LARGEST_METADATA = 1_000_000;
const REQUIREMENT =
  /^Requires-Dist:\s*(nvidia-[a-z0-9-]+)\s*\(?([<>=!~.,\w\s*]*)\)?\s*;.*\bextra\s*==\s*['"]and-cuda['"]/;

/**
 * NVIDIA's packages that a TensorFlow wheel says its CUDA build needs (`tensorflow[and-cuda]`), with the versions it
 * allows, as pip understands them: `nvidia-cudnn-cu12<10.0,>=9.3.0.75`.
 * @throws InstallProblem where it names none.
 */
export async function cudaRequirements(wheel: string): Promise<string[]> {
  const metadata = await readArchive(wheel, async (zip, entries) => {
    const entry = entries.find(({ fileName }) => METADATA.test(fileName));
    if (entry === undefined || entry.uncompressedSize > LARGEST_METADATA) {
      throw damaged(wheel, 'expected a short METADATA in it, received none');
    }
    return await text(await zip.openReadStreamPromise(entry));
  });
  const requirements = metadata.split(/\r?\n/).flatMap((line) => {
    const [, name, versions = ''] = REQUIREMENT.exec(line) ?? [];
    return name === undefined ? [] : [`${name}${versions.replace(/\s+/g, '')}`];
  });
  if (requirements.length === 0)
    throw damaged(wheel, 'expected the CUDA libraries it needs in it, received none');
  return requirements;
}

const NVIDIA_LIBRARY = /^nvidia\/(\w+)\/lib\/([\w.-]+\.so(?:\.\d+)*)$/;
/** What TensorFlow calls to compile kernels; it looks for them in `nvidia/cuda_nvcc` beside its own folder. */
const NVIDIA_COMPILER = /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/[\w.]+\.bc)$/;

/**
 * Lays NVIDIA's wheels out below `deps`, beside `deps/lib`, as they lie beside TensorFlow where pip installs them:
 * their libraries find one another, and TensorFlow its compiler, by these relative places.
 */
export const nvidiaDeps: Placement = (path) => {
  const [, component, file] = NVIDIA_LIBRARY.exec(path) ?? [];
  if (component !== undefined && file !== undefined) return join('nvidia', component, 'lib', file);
  const tool = NVIDIA_COMPILER.exec(path)?.[1];
  return tool === undefined ? undefined : join('nvidia', 'cuda_nvcc', tool);
};

/**
 * The libraries that TensorFlow opens by name while it runs, and the two that those open. They are linked to the
 * addon: whatever TensorFlow opens is then in the process already. cuDNN's parts are left to cuDNN.
 */
const OPENED = [
  'cudart',
  'cublas',
  'cublasLt',
  'cudnn',
  'cufft',
  'cupti',
  'curand',
  'cusolver',
  'cusparse',
  'nccl',
  'nvrtc',
  'nvJitLink',
] as const;

/**
 * What the linker is told so that the addon brings NVIDIA's libraries with it, wherever its folder is moved.
 * @param deps the `deps` folder of the addon package; the linker runs in a folder beside it.
 * @throws InstallProblem that names a library that none of the wheels held.
 */
export async function linkFlags(deps: string): Promise<string> {
  const found = new Map<string, { component: string; file: string }>();
  for (const component of (await readdir(join(deps, 'nvidia'))).sort()) {
    const files = await readdir(join(deps, 'nvidia', component, 'lib')).catch(() => []);
    for (const file of files.sort()) {
      const name = /^lib(\w+)\.so\.\d+$/.exec(file)?.[1];
      if (name !== undefined) found.set(name, { component, file });
    }
  }
  const libraries = OPENED.map((name) => {
    const library = found.get(name);
    if (library === undefined) {
      throw new InstallProblem('wheel-missing', `expected lib${name}.so in NVIDIA's wheels, received none`);
    }
    return library;
  });
  const components = [...new Set(libraries.map(({ component }) => component))];
  // make reads a variable of the environment once more, and so takes one of the two dollars.
  const origin = '$$ORIGIN/../../deps/nvidia';
  return [
    // An old-style path, unlike a new one, also serves the libraries that these libraries need.
    '-Wl,--disable-new-dtags',
    '-Wl,--no-as-needed',
    ...components.map((component) => `-L../deps/nvidia/${component}/lib`),
    ...components.map((component) => `'-Wl,-rpath,${origin}/${component}/lib'`),
    ...libraries.map(({ file }) => `-l:${file}`),
    '-Wl,--as-needed',
  ].join(' ');
}
