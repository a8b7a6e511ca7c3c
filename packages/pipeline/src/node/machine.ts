import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from 'node:os';
import { findGpu } from '@utad/runtime/node';

/** What this computer is. */
export interface Machine {
  /** Version of Node, such as `22.12.0`. */
  readonly node: string;
  /** System and architecture, such as `linux x64`. */
  readonly platform: string;
  /** Its name, and how many threads may run at once. */
  readonly cpu: { readonly model: string; readonly cores: number };
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  /** The GPU to think of, and who made it; null where none was found. */
  readonly gpu: { readonly name: string; readonly nvidia: boolean } | null;
}

/** Looks at this computer. */
export async function describeMachine(): Promise<Machine> {
  return {
    node: process.versions.node,
    platform: `${platform()} ${arch()}`,
    cpu: { model: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() },
    memory: { total: totalmem(), free: freemem() },
    gpu: await anyGpu(),
  };
}

async function anyGpu(): Promise<Machine['gpu']> {
  const nvidia = await findGpu();
  if (nvidia !== undefined) return { name: nvidia.name, nvidia: true };
  // Every Mac that Node 20 runs on has one.
  if (platform() === 'darwin') return { name: 'GPU of this Mac', nvidia: false };
  // Linux names what can compute as well as draw.
  const folder = '/dev/dri';
  const devices = existsSync(folder) ? await readdir(folder) : [];
  const device = devices.find((name) => name.startsWith('renderD'));
  return device === undefined ? null : { name: `GPU ${folder}/${device}`, nvidia: false };
}
