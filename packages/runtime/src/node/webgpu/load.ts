import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { type GpuDevice, isGpuDevice } from '../../webgpu/gpu';
import { guardWebGpu } from '../../webgpu/guard';
import { packageFolder } from '../native-package';
import { shareTensorFlowJs } from '../share-tensorflowjs';
import type { AdapterRequest } from './adapter';
import { openAdapter } from './dawn';
import { requiredLimits } from './limits';
import type { WebGpuPackages } from './packages';

/**
 * Opens a device on an adapter, and makes it TensorFlow.js's backend, guarded by {@link guardWebGpu}.
 * Disposing of the backend gives the device back.
 *
 * @throws WebGpuLimitError where a limit of the adapter is too small.
 * @throws Error that says why it does not start; nothing is registered then.
 */
export async function loadWebGpu({ dawn, backend }: WebGpuPackages, request: AdapterRequest): Promise<void> {
  const adapter = await openAdapter(dawn, request);
  const device = await adapter.requestDevice({
    // For tf.time(), which else reports zeros.
    requiredFeatures: ['timestamp-query'].filter((name) => adapter.features.has(name)),
    requiredLimits: requiredLimits(adapter.limits),
  });
  if (!isGpuDevice(device)) throw new Error(`${dawn.name} ${dawn.version} made no device`);
  destroyAtExit(device);

  const load = createRequire(backend.manifest);
  shareTensorFlowJs(load);
  // While navigator.gpu is not there yet, the package leaves it to us to register its backend.
  const loaded: unknown = load(packageFolder(backend));
  const WebGPUBackend: unknown =
    typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'WebGPUBackend') : undefined;
  if (typeof WebGPUBackend !== 'function') throw new Error(`${backend.name} has no WebGPUBackend`);
  const made: unknown = withNavigatorGpu(adapter.gpu, () =>
    Reflect.construct(WebGPUBackend, [device, adapter.info]),
  );
  if (!(made instanceof tf.KernelBackend)) throw new Error(`${backend.name} made no kernel backend`);

  guardWebGpu(made);
  tf.registerBackend('webgpu', () => made, PRIORITY);
  if (!(await tf.setBackend('webgpu'))) throw new Error(`${backend.name} did not start`);
}

/** Dawn crashes in a process that exits while its device has work under way. */
function destroyAtExit(device: GpuDevice): void {
  const destroy = () => device.destroy();
  process.once('exit', destroy);
  void device.lost.then(() => process.off('exit', destroy));
}

/** The package's own, above those of wasm and cpu. */
const PRIORITY = 3;

/** The backend's constructor looks for `navigator.gpu`, which Node does not have, and never uses it. */
function withNavigatorGpu<T>(gpu: object, work: () => T): T {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  const there = typeof navigator === 'object' && navigator !== null ? navigator : undefined;
  const target = there ?? {};
  if (Reflect.get(target, 'gpu') !== undefined) return work();
  if (!there) Object.defineProperty(globalThis, 'navigator', { value: target, configurable: true });
  Object.defineProperty(target, 'gpu', { value: gpu, configurable: true });
  try {
    return work();
  } finally {
    Reflect.deleteProperty(target, 'gpu');
    if (!there) Reflect.deleteProperty(globalThis, 'navigator');
  }
}
