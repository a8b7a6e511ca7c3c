import { describeOnnx, encodeGraph, GraphBuilder, OnnxError, OnnxSession, withOutputs } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import { describe, expect, it } from 'vitest';

/** y = 2x + 1, with 2x inside. */
function line(): Uint8Array {
  const graph = new GraphBuilder('line');
  const x = graph.input('x', 'float32', ['N', 2]);
  const doubled = graph.add('Mul', [x, graph.scalar(2)]);
  graph.output('y', graph.add('Add', [doubled, graph.scalar(1)]), 'float32', ['N', 2]);
  return encodeGraph(graph.build(), { made: 'by hand' });
}

const x = { type: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;

describe.each(['cpu', 'wasm'] as const)('on %s', (device) => {
  it('runs a graph that was put together here', async () => {
    const session = await OnnxSession.open(line(), await findOnnxRuntime({ device }));
    const { y } = await session.run({ x });
    expect(y).toEqual({ type: 'float32', shape: [2, 2], data: Float32Array.of(3, 5, 7, 9) });
    await session.dispose();
    await session.dispose();
    await expect(session.run({ x })).rejects.toThrow('disposed');
  });

  it('answers values inside the graph', async () => {
    const session = await OnnxSession.open(
      withOutputs(line(), ['Mul', 'y']),
      await findOnnxRuntime({ device }),
    );
    const { Mul } = await session.run({ x }, ['Mul']);
    expect(Mul?.data).toEqual(Float32Array.of(2, 4, 6, 8));
    await session.dispose();
  });

  it('names an operator that there is not', async () => {
    const graph = new GraphBuilder('odd');
    graph.output('y', graph.add('Frobnicate', [graph.input('x', 'float32', [1])]), 'float32', [1]);
    const opening = OnnxSession.open(encodeGraph(graph.build()), await findOnnxRuntime({ device }));
    await expect(opening).rejects.toMatchObject({
      code: 'operator',
      message: expect.stringContaining('Frobnicate'),
    });
  });

  it('refuses inputs and outputs that are not the model', async () => {
    const session = await OnnxSession.open(line(), await findOnnxRuntime({ device }));
    await expect(session.run({ x: { ...x, shape: [4] } })).rejects.toMatchObject({
      code: 'input',
      message: 'expected x [N, 2] of float32, received [4] of float32',
    });
    await expect(session.run({})).rejects.toMatchObject({ code: 'input' });
    await expect(session.run({ x }, ['z'])).rejects.toMatchObject({ code: 'output' });
    await session.dispose();
  });
});

it('says what a model is', () => {
  expect(describeOnnx(line())).toEqual({
    inputs: [{ name: 'x', type: 1, shape: ['N', 2] }],
    outputs: [{ name: 'y', type: 1, shape: ['N', 2] }],
    values: new Set(['Mul', 'Add', 'y']),
    constantBytes: 8,
    opset: 18,
    metadata: { made: 'by hand' },
  });
});

it('refuses every part of a model, and what is none', () => {
  const model = line();
  const refused = (bytes: Uint8Array) => {
    try {
      describeOnnx(bytes);
      return false;
    } catch (error) {
      return error instanceof OnnxError && error.code === 'malformed' && !error.message.includes('\n');
    }
  };
  // A cut behind the outputs leaves a model that only lacks facts.
  for (let end = 0; end < model.length - 60; end++)
    expect(refused(model.subarray(0, end)), `${end}`).toBe(true);
  expect(refused(new TextEncoder().encode('{"a": 1}'))).toBe(true);
});

it('refuses weights that are too large before anything is made of them', async () => {
  const opening = OnnxSession.open(line(), await findOnnxRuntime(), { maxModelBytes: 7 });
  await expect(opening).rejects.toMatchObject({
    code: 'size',
    message: 'expected an ONNX model of at most 7 bytes of weights, received 8',
  });
});

it('knows no output that is not there', () => {
  expect(() => withOutputs(line(), ['z'])).toThrow('received z; its outputs are y');
});

it.each(['webgpu', 'cuda'] as const)('says where there is no %s', async (device) => {
  const opening = findOnnxRuntime({ device }).then((runtime) => OnnxSession.open(line(), runtime));
  const session = await opening.catch((error: unknown) => error);
  // On a machine that has the device it computes.
  if (session instanceof OnnxSession) await session.dispose();
  else expect(session).toMatchObject({ name: 'OnnxError', code: 'device' });
});
