import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { damaged, readArchive } from './archive';
import type { Placement } from './extract';
import { InstallProblem } from './problem';

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

const LIBRARY = /^nvidia\/(\w+)\/lib\/([\w.-]+\.so(?:\.\d+)*)$/;
/** What TensorFlow calls to compile kernels; it looks for them in `nvidia/cuda_nvcc` beside its own folder. */
const COMPILER = /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/[\w.]+\.bc)$/;

/**
 * Lays NVIDIA's wheels out below `deps`, beside `deps/lib`, as they lie beside TensorFlow where pip installs them:
 * their libraries find one another, and TensorFlow its compiler, by these relative places.
 */
export const nvidiaDeps: Placement = (path) => {
  const [, component, file] = LIBRARY.exec(path) ?? [];
  if (component !== undefined && file !== undefined) return join('nvidia', component, 'lib', file);
  const tool = COMPILER.exec(path)?.[1];
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
