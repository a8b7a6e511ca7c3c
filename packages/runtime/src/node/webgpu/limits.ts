import { WebGpuLimitError } from '../../webgpu/errors';
import { limitOf } from '../../webgpu/gpu';

/**
 * The limits that TensorFlow.js's WebGPU backend raises to what the adapter has, and the least of each that its
 * programs are written for. These are the least that WebGPU guarantees; only adapters of its compatibility mode, old
 * mobile GPUs for the most part, have less.
 */
const LIMITS = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupStorageSize: 2 ** 14,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65_535,
} as const;

/**
 * The limits to ask of an adapter's device: all that it has of those that matter.
 * @throws WebGpuLimitError where it has less of one than is needed.
 */
export function requiredLimits(limits: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(LIMITS).map(([name, least]) => {
      const available = limitOf(limits, name);
      if (available < least) throw new WebGpuLimitError(name, least, available, "TensorFlow.js's programs");
      return [name, available];
    }),
  );
}
