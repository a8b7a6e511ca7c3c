import * as tf from '@tensorflow/tfjs';
import { property } from '../checks';
import { isGpuDevice, limitOf } from '../webgpu';
import type { CorrectedKernel, Replacements } from './correction';
import { imagesOf, poolingOf } from './read-call';

/**
 * The sum of any number of tensors. The backend's own kernel runs one program that reads a buffer for every tensor;
 * with more than the device allows a program, less one for the sum, nothing is computed. Here no more than those are
 * added at a time.
 */
const addNKernel: CorrectedKernel = (call, original) => {
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
  const device = property(backend, 'device');
  if (!isGpuDevice(device)) throw new Error('AddN: expected a WebGPU backend with a device, found none');
  return Math.max(2, limitOf(device.limits, 'maxStorageBuffersPerShaderStage') - 1);
}

const OP = 'MaxPoolGrad';
const WORKGROUP = 64;

/**
 * Every value of x looks at the windows that it is in, and takes the gradient of those whose maximum it is and no
 * earlier value is. A window's values come row by row.
 */
const PROGRAM = `
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let place = getCoordsFromIndex(index);
    let value = getX(place[0], place[1], place[2], place[3]);
    var sum = 0.0;
    for (var row = 0; row < uniforms.window[0]; row = row + 1) {
      let top = place[1] + uniforms.pads[0] - row;
      let outRow = top / uniforms.strides[0];
      if (top < 0 || top % uniforms.strides[0] != 0 || outRow >= uniforms.yShape[1]) { continue; }
      for (var column = 0; column < uniforms.window[1]; column = column + 1) {
        let left = place[2] + uniforms.pads[1] - column;
        let outColumn = left / uniforms.strides[1];
        if (left < 0 || left % uniforms.strides[1] != 0 || outColumn >= uniforms.yShape[2]) { continue; }
        if (getY(place[0], outRow, outColumn, place[3]) != value) { continue; }
        var first = true;
        for (var before = 0; before < row * uniforms.window[1] + column; before = before + 1) {
          let xRow = top - uniforms.pads[0] + before / uniforms.window[1];
          let xColumn = left - uniforms.pads[1] + before % uniforms.window[1];
          if (xRow < 0 || xRow >= uniforms.xShape[1] || xColumn < 0 || xColumn >= uniforms.xShape[2]) { continue; }
          if (getX(place[0], xRow, xColumn, place[3]) == value) { first = false; break; }
        }
        if (first) { sum = sum + getDy(place[0], outRow, outColumn, place[3]); }
      }
    }
    setOutputAtIndex(index, sum);
  }
`;

/** The program of an input's shape, as the backend's own programs describe themselves. */
function programFor(shape: readonly number[]) {
  return {
    variableNames: ['dy', 'x', 'y'],
    uniforms: 'strides : vec2<i32>, pads : vec2<i32>, window : vec2<i32>,',
    workgroupSize: [WORKGROUP, 1, 1],
    size: true,
    outputShape: [...shape],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(tf.util.sizeFromShape([...shape]) / WORKGROUP), 1, 1],
    shaderKey: '@utad/runtime/MaxPoolGrad',
    getUserCode: () => PROGRAM,
  };
}

/**
 * `MaxPoolGrad` with TensorFlow's convention for equal values, that the first of a window, row by row, receives all.
 * The backend's own gives it to the last.
 */
const maxPoolGradient: CorrectedKernel = (call) => {
  const { backend } = call;
  const dy = imagesOf(call, OP, 'dy');
  const x = imagesOf(call, OP, 'input');
  const y = imagesOf(call, OP, 'output');
  const { rows, columns } = poolingOf(call, OP, x.shape);
  const pairs = (['stride', 'before', 'kernel'] as const).map((name) => [rows[name], columns[name]]);
  const uniforms = pairs.map((data) => ({ type: 'int32', data }));
  const run = property(backend, 'runWebGPUProgram');
  if (typeof run !== 'function') throw new Error(`${OP}: expected the WebGPU backend`);
  const dx: unknown = Reflect.apply(run, backend, [programFor(x.shape), [dy, x, y], x.dtype, uniforms]);
  if (!isTensorInfo(dx)) throw new Error(`${OP}: expected the WebGPU backend to answer with a tensor`);
  return dx;
};

function isTensorInfo(value: unknown): value is tf.TensorInfo {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value;
}

export const webGpuKernels: Replacements<CorrectedKernel> = {
  AddN: [
    'wrong',
    'a sum of more tensors than a program may read buffers, 8 less one, is left uncomputed without a word',
    addNKernel,
  ],
  MaxPoolGrad: [
    'wrong',
    'of equal values in a window the last one receives the gradient, not the first as elsewhere',
    maxPoolGradient,
  ],
};
