import * as tf from '@tensorflow/tfjs';
import { type ConformanceCase, checkConformance, conformanceCases } from '@utad/runtime/conformance';
import { useBackend } from '@utad/runtime/node';
import { afterEach, beforeAll, expect, it } from 'vitest';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

/** Replaces a kernel of the cpu backend for one test. */
function replace(kernelName: string, kernelFunc: tf.KernelFunc | undefined): void {
  const original = tf.getKernel(kernelName, 'cpu');
  tf.unregisterKernel(kernelName, 'cpu');
  if (kernelFunc) tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
  undo.push(() => {
    if (kernelFunc) tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel(original);
  });
}

const of = (op: string) => conformanceCases.filter((each) => each.op === op);

it('finds nothing wrong with a right op, and says what it checked on', async () => {
  const cases = of('sigmoid');
  const seen: ConformanceCase[] = [];
  const report = await checkConformance({ cases, onResult: (result) => seen.push(result.case) });
  expect(report).toMatchObject({ backend: 'cpu', version: '4.22.0', tensorflowjs: '4.22.0', wrong: [] });
  expect(report.checked).toBe(cases.length);
  expect(seen).toEqual(cases);
});

it('finds an op that is off by a hundred thousandth', async () => {
  replace('Sigmoid', ({ inputs }) => {
    const { x } = inputs;
    if (!(x instanceof tf.Tensor)) throw new Error('expected a tensor');
    return tf.tidy(() => tf.div(1 + 1e-5, tf.add(1, tf.exp(tf.neg(x)))));
  });
  const { wrong } = await checkConformance({ cases: of('sigmoid') });
  const [fault] = wrong.filter(({ what }) => what === 'forward');
  expect(fault).toMatchObject({ op: 'sigmoid', kind: 'wrong', kernel: null });
  expect(fault?.error).toBeGreaterThan(9e-6);
  expect(fault?.message).toMatch(
    /^sigmoid .*, forward on cpu 4\.22\.0: relative error 1\.0e-5, allowed 0\.000005$/,
  );
});

it('says which kernel is missing rather than throw', async () => {
  replace('Conv2DBackpropFilter', undefined);
  const { wrong } = await checkConformance({ cases: of('conv2d') });
  expect(new Set(wrong.map(({ what }) => what))).toEqual(new Set(['gradient of filter']));
  expect(wrong[0]).toMatchObject({ kind: 'missing', kernel: 'Conv2DBackpropFilter', error: null });
  expect(wrong[0]?.message).toMatch(/on cpu 4\.22\.0: it has no Conv2DBackpropFilter$/);
});

it('reports what an op throws', async () => {
  replace('Sigmoid', () => {
    throw new Error('no memory left\nat somewhere');
  });
  const { wrong } = await checkConformance({ cases: of('sigmoid').slice(0, 1) });
  expect(wrong).toMatchObject([{ kind: 'failed', error: null }]);
  expect(wrong[0]?.message).toMatch(/: no memory left$/);
});

it('takes what is not a number for wrong', async () => {
  replace('Sigmoid', ({ inputs }) => tf.fill([...(inputs.x?.shape ?? [])], Number.NaN));
  const { wrong } = await checkConformance({ cases: of('sigmoid').slice(0, 1) });
  expect(wrong).toMatchObject([{ kind: 'wrong', error: null }]);
  expect(wrong[0]?.message).toContain('not a number');
});

it('finds tensors that a kernel leaves behind', async () => {
  const left: tf.Tensor[] = [];
  replace('Sigmoid', ({ inputs }) => {
    const { x } = inputs;
    if (!(x instanceof tf.Tensor)) throw new Error('expected a tensor');
    left.push(tf.keep(tf.zeros([1])));
    return tf.tidy(() => tf.div(1, tf.add(1, tf.exp(tf.neg(x)))));
  });
  const { wrong } = await checkConformance({ cases: of('sigmoid').slice(0, 1) });
  tf.dispose(left);
  expect(wrong).toMatchObject([{ kind: 'leak' }]);
  expect(wrong[0]?.message).toContain('1 tensors left behind');
});

it('ends where it is told to', async () => {
  const controller = new AbortController();
  let checked = 0;
  const running = checkConformance({
    signal: controller.signal,
    onResult: () => {
      checked += 1;
      if (checked === 3) controller.abort(new Error('enough'));
    },
  });
  await expect(running).rejects.toThrow('enough');
  expect(checked).toBe(3);
});

it('names every case once, and has a short list of fewer than 40', () => {
  expect(new Set(conformanceCases.map(({ name }) => name)).size).toBe(conformanceCases.length);
  const short = conformanceCases.filter((each) => each.short);
  expect(short.length).toBeLessThan(40);
  // What training a convolutional network stands on.
  expect(new Set(short.map(({ op, what }) => `${op} ${what}`))).toEqual(
    new Set([
      ...['conv2d forward', 'conv2d gradient of x', 'conv2d gradient of filter'],
      ...['fused.matMul forward', 'fused.matMul gradient of a', 'fused.matMul gradient of b'],
      'fused.matMul gradient of bias',
      ...['mul forward', 'mul gradient of a', 'mul gradient of b'],
      ...['maxPool', 'avgPool', 'image.resizeBilinear', 'image.resizeNearestNeighbor', 'sum', 'mean'].flatMap(
        (op) => [`${op} forward`, `${op} gradient of x`],
      ),
      ...['leakyRelu', 'sigmoid', 'standardize'].flatMap((op) => [`${op} forward`, `${op} gradient of x`]),
    ]),
  );
});
