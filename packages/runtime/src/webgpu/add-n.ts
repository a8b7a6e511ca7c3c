import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';
import { isGpuDevice, limitOf } from './gpu';

/**
 * The sum of any number of tensors. The backend's own kernel runs one program that reads a buffer for every tensor;
 * with more than the device allows a program, less one for the sum, nothing is computed. Here no more than those are
 * added at a time.
 */
export const addNKernel: CorrectedKernel = (call, original) => {
  const { inputs, attrs } = call;
  if (!original || !(call.backend instanceof tf.KernelBackend)) {
    throw new Error('AddN: expected the WebGPU backend');
  }
  const backend: tf.KernelBackend = call.backend;
  const plain: tf.KernelFunc = original;
  const most = largestGroup(backend);

  function sumOf(tensors: readonly tf.TensorInfo[]): tf.TensorInfo {
    const sum = plain({ inputs: asInputs(tensors), backend, ...(attrs && { attrs }) });
    if (Array.isArray(sum)) throw new Error('AddN: expected one sum');
    return sum;
  }

  function add(tensors: readonly tf.TensorInfo[]): tf.TensorInfo {
    if (tensors.length <= most) return sumOf(tensors);
    const sums: tf.TensorInfo[] = [];
    for (let i = 0; i < tensors.length; i += most) sums.push(sumOf(tensors.slice(i, i + most)));
    const total = add(sums);
    for (const { dataId } of sums) backend.disposeData(dataId);
    return total;
  }

  return add(Object.values(inputs).filter((tensor) => tensor !== undefined));
};

/** This kernel alone takes its inputs as an array, which the type of inputs does not say. */
function asInputs(tensors: readonly tf.TensorInfo[]): tf.NamedTensorInfoMap {
  const names: tf.NamedTensorInfoMap = {};
  return Object.assign([...tensors], names);
}

function largestGroup(backend: object): number {
  const device: unknown = Reflect.get(backend, 'device');
  if (!isGpuDevice(device)) throw new Error('AddN: expected a WebGPU backend with a device, found none');
  return Math.max(2, limitOf(device.limits, 'maxStorageBuffersPerShaderStage') - 1);
}
