import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TFJS_VERSION } from '../packages';
import { InstallProblem } from './problem';
import { runCommand } from './run-command';

/** What TensorFlow's builds depend on. */
interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The version of the GNU C library that runs this process: `'2.36'`. Undefined with any other C library. */
  readonly glibc: string | undefined;
}

/** The oldest GNU C library that TensorFlow's wheels run on, by their name: `manylinux_2_27`. */
const OLDEST_GLIBC = [2, 27] as const;

export function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, glibc: platform === 'linux' ? glibc() : undefined };
}

function glibc(): string | undefined {
  const report: unknown = process.report.getReport();
  const header: unknown = typeof report === 'object' && report !== null && Reflect.get(report, 'header');
  const version: unknown =
    typeof header === 'object' && header !== null ? Reflect.get(header, 'glibcVersionRuntime') : undefined;
  return typeof version === 'string' ? version : undefined;
}

const OWN_COPY = `add @tensorflow/tfjs-node@${TFJS_VERSION} to your project`;

/**
 * Why native TensorFlow cannot be set up on a machine, and what holds there instead; undefined where it can.
 * TensorFlow's wheels are for Linux with the GNU C library, on x64 and arm64; those with CUDA for x64 alone.
 */
export function platformProblem(machine: Machine, cuda = false): InstallProblem | undefined {
  const { platform, arch, glibc: version } = machine;
  if (platform !== 'linux') {
    const name = { darwin: 'macOS', win32: 'Windows' }[String(platform)] ?? platform;
    const reason = `utad sets TensorFlow up on Linux, received ${name}`;
    const remedy = cuda
      ? 'an NVIDIA GPU is used under Linux, and on Windows under WSL 2'
      : `${OWN_COPY} instead`;
    return new InstallProblem('platform-unsupported', reason, remedy);
  }
  if (arch !== 'x64' && (arch !== 'arm64' || cuda)) {
    const reason = cuda
      ? `TensorFlow's CUDA build is for x64, received ${arch}`
      : `TensorFlow's builds are for x64 and arm64, received ${arch}`;
    const remedy = cuda && arch === 'arm64' ? 'run `utad backend install` without --gpu' : undefined;
    return new InstallProblem('platform-unsupported', reason, remedy);
  }
  if (version === undefined) {
    const reason = 'TensorFlow has no build for a C library other than glibc, such as musl of Alpine';
    const remedy = 'use a system with glibc: the image node:22-slim instead of node:22-alpine, say';
    return new InstallProblem('c-library-unsupported', reason, remedy);
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_GLIBC[0] || (major === OLDEST_GLIBC[0] && minor < OLDEST_GLIBC[1])) {
    const reason = `TensorFlow needs glibc ${OLDEST_GLIBC.join('.')} or later, received ${version}`;
    return new InstallProblem('c-library-unsupported', reason, 'use a newer system');
  }
  return undefined;
}

/** An NVIDIA GPU of this machine. */
export interface Gpu {
  /** As its driver calls it. */
  readonly name: string;
  /** Undefined where the driver does not tell. */
  readonly driver: string | undefined;
}

/** Where {@link findGpu} looks. */
export interface GpuPlaces {
  /** Programs that answer as nvidia-smi does; WSL keeps it off the path. */
  readonly programs?: readonly string[];
  /** Where the kernel's driver describes itself. */
  readonly proc?: string;
  /** Stops looking, and throws its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** CUDA 12 runs on this driver and every later one (NVIDIA's table of minor version compatibility, Linux). */
const OLDEST_DRIVER = 525;

/** The first NVIDIA GPU, as nvidia-smi or the kernel's driver tells; undefined where there is none. */
export async function findGpu({
  programs = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'],
  proc = '/proc/driver/nvidia',
  signal,
}: GpuPlaces = {}): Promise<Gpu | undefined> {
  for (const program of programs) {
    try {
      const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
      const [name, driver] = (await runCommand(program, query, { signal })).split('\n')[0]?.split(', ') ?? [];
      if (name && driver) return { name: name.trim(), driver: driver.trim() };
    } catch {
      signal?.throwIfAborted();
    }
  }
  return await fromKernel(proc);
}

async function fromKernel(proc: string): Promise<Gpu | undefined> {
  const cards = join(proc, 'gpus');
  if (!existsSync(cards)) return undefined;
  const [card] = await readdir(cards);
  if (card === undefined) return undefined;
  const read = (file: string) => readFile(file, 'utf8').catch(() => '');
  const model = /^Model:\s*(.+)$/m.exec(await read(join(cards, card, 'information')))?.[1];
  const driver = /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(await read(join(proc, 'version')))?.[1];
  return { name: model ?? card, driver };
}

/** Why TensorFlow's CUDA build would find nothing to run on; undefined where it should find something. */
export function gpuProblem(gpu: Gpu | undefined): InstallProblem | undefined {
  if (gpu === undefined) {
    const reason =
      'no NVIDIA GPU was found (nvidia-smi does not answer and /proc/driver/nvidia is not there)';
    const remedy = "install NVIDIA's driver where there is a GPU; --force installs without one";
    return new InstallProblem('gpu-missing', reason, remedy);
  }
  const major = Number.parseInt(gpu.driver ?? '', 10);
  if (major < OLDEST_DRIVER) {
    const reason = `CUDA 12 needs NVIDIA's driver ${OLDEST_DRIVER} or later, that of ${gpu.name} is ${gpu.driver}`;
    const remedy = 'update the driver; --force installs all the same';
    return new InstallProblem('gpu-driver-too-old', reason, remedy);
  }
  return undefined;
}
