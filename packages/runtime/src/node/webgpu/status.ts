import * as tf from '@tensorflow/tfjs';
import type { BackendStatus } from '../../backends';
import { type FinderOptions, message } from '../candidates';
import { describeAdapter } from './adapter';
import { findWebGpu, WEBGPU_MISSING } from './packages';
import { checkWebGpu, probeWebGpu } from './probe';

/** Whether WebGPU runs here, and on what; found out in processes of its own. Software counts, and is named so. */
export async function webGpuStatus(options: FinderOptions): Promise<BackendStatus> {
  const name = 'webgpu';
  try {
    const packages = findWebGpu(options);
    if (!packages) return { name, available: false, reason: WEBGPU_MISSING };
    const { adapters, missing } = await probeWebGpu(packages, {});
    const [best, ...others] = adapters;
    if (!best) return { name, available: false, reason: missing };
    await checkWebGpu(packages, best.request);
    const also = others.length > 0 ? `; also ${others.map((other) => other.name).join(', ')}` : '';
    const unasked = best.software ? '; used only where webgpu is asked for' : '';
    const reason = `${best.name}: ${describeAdapter(best)} (${packages.dawn.origin})${unasked}${also}`;
    return { name, available: true, version: tf.version.tfjs, reason };
  } catch (error) {
    return { name, available: false, reason: message(error) };
  }
}
