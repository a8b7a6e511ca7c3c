import * as tf from '@tensorflow/tfjs';
import { type ImageBatch, randomStream } from '@utad/core';
import { predictWhole, type WholePrediction, withRoi } from '@utad/detector';
import { onnxDetector } from '@utad/detector/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import { TwoStage } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { tiny, vgg19 } from './tiny';

const images: ImageBatch = {
  data: Uint8Array.from({ length: 3 * 16 * 16 * 3 }, (_, index) => (index * index * 31) % 256),
  shape: [3, 16, 16, 3],
};
const all = { resizeTo: [20, 24], parts: 'all', pictures: 'all', differences: 'all' } as const;

/** Largest difference over largest value. */
function apart(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number {
  const [first, second] = [Array.from(a ?? []), Array.from(b ?? [])];
  expect(first.length).toBe(second.length);
  expect(first.length).toBeGreaterThan(0);
  const largest = Math.max(...first.map(Math.abs));
  return Math.max(...first.map((value, index) => Math.abs(value - (second[index] ?? Number.NaN)))) / largest;
}

/** A detector whose weights have left the values that they start with. */
function trained(config: unknown): TwoStage {
  const detector = new TwoStage(config, { vgg19 });
  const random = randomStream('weights');
  for (const network of Object.values(detector.networks())) {
    for (const layer of network.layers) {
      const weights = layer.getWeights();
      if (weights.length === 0) continue;
      tf.tidy(() =>
        layer.setWeights(
          weights.map((weight) => {
            const values = Float32Array.from(weight.dataSync(), (value) => value + random.uniform(-0.1, 0.1));
            return tf.tensor(values, weight.shape);
          }),
        ),
      );
    }
  }
  return detector;
}

const configs = {
  'the spatial bottleneck': tiny,
  'the vector bottleneck': { ...tiny, ieNet: { ...tiny.ieNet, bottleneck: 'vector' } },
  'painting on the input': {
    ...tiny,
    expertNet: { ...tiny.expertNet, paintsOnInput: !tiny.expertNet.paintsOnInput },
  },
  'the mean of e': { ...tiny, score: { reduction: 'mean' } },
};

function expectSame(a: WholePrediction, b: WholePrediction): void {
  expect(a.mapSize).toEqual(b.mapSize);
  expect(apart(a.scores, b.scores)).toBeLessThan(1e-4);
  for (const key of ['maps', 'resized'] as const) expect(apart(a[key], b[key])).toBeLessThan(1e-4);
  for (const key of ['mean', 'max'] as const)
    expect(apart(a.reductions[key], b.reductions[key])).toBeLessThan(1e-4);
  for (const key of ['contributions', 'parts'] as const) {
    expect(Object.keys(a[key]).sort()).toEqual(Object.keys(b[key]).sort());
    for (const name of Object.keys(a[key])) expect(apart(a[key][name], b[key][name])).toBeLessThan(1e-4);
  }
  expect(Object.keys(a.pictures)).toEqual(Object.keys(b.pictures));
  for (const name of Object.keys(a.pictures)) {
    expect(apart(a.pictures[name]?.data, b.pictures[name]?.data)).toBeLessThan(0.01);
    expect(apart(a.differences[name]?.values, b.differences[name]?.values)).toBeLessThan(1e-4);
    expect(apart(a.differences[name]?.resized, b.differences[name]?.resized)).toBeLessThan(1e-4);
    expect(apart(a.differences[name]?.maxima, b.differences[name]?.maxima)).toBeLessThan(1e-4);
  }
}

describe.each(['cpu', 'wasm'] as const)('a two-stage detector on ONNX Runtime, %s', (device) => {
  it.each(Object.entries(configs))('predicts as on TensorFlow.js, with %s', async (_, config) => {
    const tensors = tf.memory().numTensors;
    const detector = trained(config);
    const expected = await predictWhole(detector, images, all);
    const codes = await detector.embed(images);
    const other = await onnxDetector(detector, await findOnnxRuntime({ device }));
    expectSame(await predictWhole(other, images, all), expected);
    const brief = await predictWhole(other, images);
    expect([...brief.scores]).toEqual([...(await predictWhole(other, images, all)).scores]);
    expect(brief.pictures).toEqual({});
    expect(apart((await other.embed?.(images))?.data, codes.data)).toBeLessThan(1e-4);
    other.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

it('keeps to a region of interest', async () => {
  const mask = Uint8Array.from({ length: 256 }, (_, pixel) => (pixel % 16 < 9 ? 1 : 0));
  const detector = withRoi(trained(tiny), { mask, size: [16, 16] });
  const expected = await predictWhole(detector, images);
  const other = await onnxDetector(detector, await findOnnxRuntime());
  const found = await predictWhole(other, images);
  expect(apart(found.maps, expected.maps)).toBeLessThan(1e-4);
  expect(apart(found.scores, expected.scores)).toBeLessThan(1e-4);
  other.dispose();
});
