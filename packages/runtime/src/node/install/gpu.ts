import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InstallProblem } from './problem';
import { runCommand } from './run-command';

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
    return new InstallProblem(
      'gpu-missing',
      'no NVIDIA GPU was found (nvidia-smi does not answer and /proc/driver/nvidia is not there)',
      "install NVIDIA's driver where there is a GPU; --force installs without one",
    );
  }
  const major = Number.parseInt(gpu.driver ?? '', 10);
  if (major < OLDEST_DRIVER) {
    return new InstallProblem(
      'gpu-driver-too-old',
      `CUDA 12 needs NVIDIA's driver ${OLDEST_DRIVER} or later, that of ${gpu.name} is ${gpu.driver}`,
      'update the driver; --force installs all the same',
    );
  }
  return undefined;
}
