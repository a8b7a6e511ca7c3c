import type { BackendName } from '@utad/runtime';
import type { Machine } from './machine';

/** The one thing that would make training faster. */
export interface Improvement {
  /** Null where there is nothing to do. */
  readonly command: string | null;
  readonly why: string;
}

export interface Situation {
  readonly machine: Pick<Machine, 'platform' | 'gpu'>;
  /** Backends that can be used, software standing in for a GPU left out. */
  readonly usable: readonly BackendName[];
  readonly chosen: BackendName | null;
}

const WEBGPU = 'npm install webgpu @tensorflow/tfjs-backend-webgpu';

/** What would improve things most, given what there is. */
export function adviseOn({ machine: { platform, gpu }, usable, chosen }: Situation): Improvement {
  const onGpu = chosen === 'tfjs-node-gpu' || chosen === 'webgpu';
  if (onGpu) return { command: null, why: `training runs on the GPU, through ${chosen}` };
  const linux = platform.startsWith('linux ');
  if (gpu?.nvidia && linux && !usable.includes('tfjs-node-gpu')) {
    return { command: 'utad backend install --gpu', why: `nothing uses ${gpu.name} yet` };
  }
  if (gpu !== null && !usable.includes('webgpu')) {
    return { command: WEBGPU, why: `nothing uses the ${gpu.name} yet; WebGPU can` };
  }
  if (usable.includes('tfjs-node'))
    return { command: null, why: 'this machine has no GPU, and native TensorFlow is in use' };
  return linux
    ? {
        command: 'utad backend install',
        why: 'native TensorFlow trains about ten times faster than WebAssembly',
      }
    : {
        command: 'npm install @tensorflow/tfjs-node',
        why: 'native TensorFlow trains about ten times faster than WebAssembly, and `utad backend install` is for Linux',
      };
}
