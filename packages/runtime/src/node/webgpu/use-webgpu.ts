import * as tf from '@tensorflow/tfjs';
import type { ChosenBackend } from '../../backends';
import { guardWebGpu, webGpuFailure } from '../../webgpu/guard';
import { type FinderOptions, message, type Refusal } from '../candidates';
import { describeAdapter } from './adapter';
import { loadWebGpu } from './load';
import type { WebGpuOptions } from './options';
import { findWebGpu, WEBGPU_MISSING, type WebGpuPackages } from './packages';
import { checkWebGpu, probeWebGpu, type WebGpuCandidate } from './probe';

const name = 'webgpu';

/** What this process's WebGPU backend is, for a later call that finds it there. */
let current: { readonly backend: tf.KernelBackend; readonly chosen: ChosenBackend } | undefined;

/**
 * Makes WebGPU TensorFlow.js's backend. One that the process already uses, and that has not failed, is kept.
 * The adapter is tried in a process of its own first.
 */
export async function useWebGpu(
  options: WebGpuOptions,
  finder: FinderOptions,
): Promise<ChosenBackend | Refusal> {
  const loaded = tf.findBackend(name);
  if (loaded && !webGpuFailure(loaded)) return await keep(loaded);
  let origin = '';
  try {
    const packages = findWebGpu(finder);
    if (!packages) return { name, found: false, reason: WEBGPU_MISSING };
    origin = packages.dawn.origin;
    const candidate = await wantedAdapter(packages, options);
    if ('refused' in candidate) return { name, found: false, reason: candidate.refused };
    await checkWebGpu(packages, candidate.request);
    if (loaded) tf.removeBackend(name);
    await loadWebGpu(packages, candidate.request);
    const backend = tf.backend();
    const chosen = {
      name,
      version: tf.version.tfjs,
      device: describeAdapter(candidate),
      reason: `webgpu on ${describeAdapter(candidate)}, through webgpu ${packages.dawn.version} (${origin})`,
    } as const;
    current = { backend, chosen };
    return chosen;
  } catch (error) {
    return { name, found: true, reason: `webgpu${origin && ` (${origin})`}: ${message(error)}` };
  }
}

async function keep(backend: tf.KernelBackend): Promise<ChosenBackend> {
  guardWebGpu(backend);
  await tf.setBackend(name);
  if (current?.backend === backend) return current.chosen;
  return { name, version: tf.version.tfjs, device: 'unknown', reason: 'webgpu (already loaded)' };
}

/** The adapter to take. That there is none is no defect of the installation, and told only where it was asked for. */
async function wantedAdapter(
  packages: WebGpuPackages,
  options: WebGpuOptions,
): Promise<WebGpuCandidate | { readonly refused: string }> {
  const { adapters, missing } = await probeWebGpu(packages, options);
  const [best] = adapters;
  if (!best) return { refused: `webgpu: ${missing}` };
  if (best.software && !options.software) {
    return { refused: `webgpu: expected a GPU, found only ${describeAdapter(best)}` };
  }
  return best;
}
