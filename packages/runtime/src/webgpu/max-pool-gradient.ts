import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';
import { imagesOf, paddingOf, pairOf, roundingOf } from '../corrections/read-call';
import { hasMethods } from './gpu';

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
export const maxPoolGradient: CorrectedKernel = (call) => {
  const { backend } = call;
  const dy = imagesOf(call, OP, 'dy');
  const x = imagesOf(call, OP, 'input');
  const y = imagesOf(call, OP, 'output');
  const window = pairOf(call, OP, 'filterSize');
  const strides = pairOf(call, OP, 'strides');
  const { padInfo } = tf.backend_util.computePool2DInfo(
    x.shape,
    window,
    strides,
    1,
    paddingOf(call, OP),
    roundingOf(call, OP),
  );
  const uniforms = [strides, [padInfo.top, padInfo.left], window].map((data) => ({ type: 'int32', data }));
  const run: unknown = hasMethods(backend, ['runWebGPUProgram'])
    ? Reflect.get(backend, 'runWebGPUProgram')
    : undefined;
  if (typeof run !== 'function') throw new Error(`${OP}: expected the WebGPU backend`);
  const dx: unknown = Reflect.apply(run, backend, [programFor(x.shape), [dy, x, y], x.dtype, uniforms]);
  if (!isTensorInfo(dx)) throw new Error(`${OP}: expected the WebGPU backend to answer with a tensor`);
  return dx;
};

function isTensorInfo(value: unknown): value is tf.TensorInfo {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value;
}
