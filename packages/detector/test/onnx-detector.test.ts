import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import { type AnomalyDetector, predictWhole } from '@utad/detector';
import { addReduction, onnxDetector } from '@utad/detector/onnx';
import { type Graph, GraphBuilder, type OnnxRuntime } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import { describe, expect, it, vi } from 'vitest';
import { FakeDetector } from './fake-detector';

const SIDE = 64;
const images: ImageBatch = {
  data: Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, index) => (index * index * 31) % 256),
  shape: [1, SIDE, SIDE, 3],
};

/** The fake detector with what it computes as operators, and with 2 MB of weights, all zero. */
class FakeInOperators extends FakeDetector {
  constructor() {
    super({ inputSize: [SIDE, SIDE] });
  }

  async graph(): Promise<Graph> {
    const [inputs, units] = [SIDE * SIDE * 3, 40];
    const graph = new GraphBuilder('fake');
    const x = graph.input('images', 'float32', ['B', SIDE, SIDE, 3]);
    const weights = graph.constant(new Float32Array(inputs * units), [inputs, units]);
    const flat = graph.add('Reshape', [x, graph.integers(-1, inputs)]);
    const zero = graph.add('ReduceMax', [graph.add('MatMul', [flat, weights]), graph.integers(0, 1)], {
      keepdims: 0,
    });
    const red = graph.add('Gather', [x, graph.constant(BigInt64Array.of(0n), [])], { axis: 3 });
    const map = graph.add('Add', [red, zero]); // [B, H, W]
    const sides = ['B', SIDE, SIDE];
    graph.output('map', map, 'float32', sides);
    graph.output('score', addReduction(graph, map, this.inputSize, this.reduction), 'float32', ['B']);
    graph.output('part/part/a', graph.add('Mul', [map, graph.scalar(0.75)]), 'float32', sides);
    graph.output('part/part/b', graph.add('Mul', [map, graph.scalar(0.25)]), 'float32', sides);
    graph.output('picture/half', graph.add('Mul', [x, graph.scalar(0.5)]), 'float32', [...sides, 3]);
    return graph.build();
  }
}

/** ONNX Runtime, and how many of its sessions were made and not released. */
async function counted(): Promise<{ runtime: OnnxRuntime; held: () => number }> {
  const found = await findOnnxRuntime({ device: 'cpu' });
  const { Tensor, env, InferenceSession } = found.module;
  let held = 0;
  const create: typeof InferenceSession.create = async (model, options) => {
    const session = await InferenceSession.create(model, options);
    const release = session.release.bind(session);
    held++;
    session.release = async () => {
      await release();
      held--;
    };
    return session;
  };
  return { runtime: { ...found, module: { Tensor, env, InferenceSession: { create } } }, held: () => held };
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What the process holds, in megabytes, without garbage. */
function megabytes(): number {
  collect();
  return process.memoryUsage.rss() / 1e6;
}

describe('a detector on ONNX Runtime', () => {
  it('says what it says by itself', async () => {
    const detector = new FakeInOperators();
    const all = { resizeTo: [20, 24], parts: 'all', pictures: 'all', differences: 'all' } as const;
    const expected = await predictWhole(detector, images, all);
    const other = await onnxDetector(detector, await findOnnxRuntime());
    const found = await predictWhole(other, images, all);
    expect(found.scores[0]).toBeCloseTo(expected.scores[0] ?? Number.NaN, 6);
    expect(Object.keys(found.parts)).toEqual(['part/a', 'part/b']);
    for (const name of Object.keys(found.parts)) {
      for (const [pixel, value] of found.parts[name]?.entries() ?? []) {
        expect(Math.abs(value - (expected.parts[name]?.[pixel] ?? Number.NaN))).toBeLessThan(1e-6);
      }
    }
    expect(found.pictures).toEqual(expected.pictures);
    const [half, computed] = [found.differences.half, expected.differences.half];
    expect(half?.resized).toHaveLength(20 * 24);
    for (const [pixel, value] of half?.resized?.entries() ?? []) {
      expect(Math.abs(value - (computed?.resized?.[pixel] ?? Number.NaN))).toBeLessThan(1e-6);
    }
    other.dispose();
  });

  it('is refused where it cannot be said in operators', async () => {
    const detector: AnomalyDetector = new FakeDetector();
    await expect(onnxDetector(detector, await findOnnxRuntime())).rejects.toMatchObject({
      code: 'conversion',
      message: 'fake: expected a detector that can be written as ONNX operators, and it is none',
    });
    detector.dispose();
  });

  it('opens no session after it was disposed of', async () => {
    const { runtime, held } = await counted();
    const detector = await onnxDetector(new FakeInOperators(), runtime);
    const last = detector.predict(images, { parts: 'all' });
    detector.dispose();
    expect((await last).scores).toHaveLength(1);
    await expect(detector.predict(images)).rejects.toThrow(
      'fake: expected a detector in use, received a disposed one',
    );
    await vi.waitFor(() => expect(held()).toBe(0));
  });

  it('takes no more memory for 2,000 predictions than for 500', async () => {
    const { runtime, held } = await counted();
    const detector = await onnxDetector(new FakeInOperators(), runtime);
    const tensors = tf.memory().numTensors;
    const predict = async (count: number) => {
      for (let index = 0; index < count; index++) {
        await detector.predict(images, index % 4 === 0 ? { parts: 'all', pictures: 'all' } : {});
      }
    };
    await predict(500);
    const before = megabytes();
    await predict(1500);
    const grown = megabytes() - before;
    // Inputs and outputs of these 1,500 are 90 MB.
    expect(grown).toBeLessThan(20);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(held()).toBe(2);
    detector.dispose();
    await vi.waitFor(() => expect(held()).toBe(0));
  });

  it('releases its sessions: 50 openings take no more memory than ten', async () => {
    const { runtime, held } = await counted();
    const tensors = tf.memory().numTensors;
    const openings = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const detector = await onnxDetector(new FakeInOperators(), runtime);
        await detector.predict(images, { parts: 'all' });
        detector.dispose();
      }
      await vi.waitFor(() => expect(held()).toBe(0));
    };
    await openings(10);
    const before = megabytes();
    await openings(40);
    const grown = megabytes() - before;
    // The weights of these 40, twice each, are 157 MB.
    expect(grown).toBeLessThan(60);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
