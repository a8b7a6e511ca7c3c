import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import {
  type Backbone,
  randomWeights,
  residualSteps,
  resnet18,
  torchvisionPreprocessing,
  vgg19,
} from '@utad/features';
import { onnxBackbone, onnxFeatures } from '@utad/features/onnx';
import { TfjsBackbone } from '@utad/features/tfjs';
import { encodeGraph, GraphBuilder } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import { describe, expect, it } from 'vitest';
import { IMAGE_NET, imageNetErrors } from './conformance';

const testData = process.env.UTAD_TEST_DATA;

const photo = (batch: number, height: number, width: number): ImageBatch => ({
  data: Uint8Array.from({ length: batch * height * width * 3 }, (_, index) => (index * index * 31) % 256),
  shape: [batch, height, width, 3],
});

/** Largest difference over largest value. */
function apart(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let [most, largest] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    largest = Math.max(largest, Math.abs(expected[index] ?? 0));
    most = Math.max(most, Math.abs((found[index] ?? Number.NaN) - (expected[index] ?? 0)));
  }
  return most / largest;
}

const narrow: Backbone = {
  ...resnet18,
  steps: residualSteps({
    blocks: [2, 2, 2, 2],
    widths: [4, 5, 6, 7],
    outputs: [4, 5, 6, 7],
    block: 'basic',
    stem: 4,
  }),
};

describe.each(['cpu', 'wasm'] as const)('on ONNX Runtime, %s', (device) => {
  it.skipIf(testData === undefined).each(IMAGE_NET)(
    '%s has its reference activations (skipped without UTAD_TEST_DATA)',
    async (folder, backbone, side) => {
      const runtime = await findOnnxRuntime({ device });
      const errors = await imageNetErrors(join(testData ?? '', folder), backbone, side, (weights, layers) =>
        onnxBackbone(weights, runtime, layers),
      );
      expect(Object.keys(errors)).toHaveLength(3);
      for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-4);
    },
  );

  it.each([
    ['a residual network', narrow, ['layer1', 'layer4']],
    ['VGG-19', vgg19, ['conv2_1', 'conv1_2']],
  ] as const)('%s has the features that TensorFlow.js computes, of any size', async (_, backbone, layers) => {
    const weights = randomWeights(backbone, 3, layers);
    const first = new TfjsBackbone(weights, { layers });
    const second = await onnxBackbone(weights, await findOnnxRuntime({ device }), layers);
    expect(second.layers).toEqual(first.layers);
    for (const images of [photo(2, 45, 38), photo(1, 64, 64)]) {
      const expected = await first.features(images);
      for (const [index, { layer, shape, data }] of (await second.features(images)).entries()) {
        expect([layer, shape]).toEqual([expected[index]?.layer, expected[index]?.shape]);
        expect(apart(data, expected[index]?.data ?? [])).toBeLessThan(1e-4);
      }
    }
    await expect(second.features(photo(1, 1, 1))).rejects.toThrow('received [1,1,1,3]');
    first.dispose();
    second.dispose();
    await expect(second.features(photo(1, 64, 64))).rejects.toThrow('disposed');
  });
});

/** One block of a vision transformer of random weights: patches, a class token, registers, attention. */
class SmallTransformer {
  readonly patch = 4;
  readonly width = 6;
  readonly kernel = tf.randomNormal<tf.Rank.R4>([4, 4, 3, 6], 0, 0.3, 'float32', 1);
  readonly first = tf.randomNormal<tf.Rank.R3>([1, 3, 6], 0, 1, 'float32', 2);
  readonly attention = [3, 4, 5].map((seed) => tf.randomNormal<tf.Rank.R2>([6, 6], 0, 0.5, 'float32', seed));

  /** As an ONNX file whose sides are open, with the tokens before attention inside. */
  file(): Uint8Array {
    const graph = new GraphBuilder('transformer');
    const constant = (tensor: tf.Tensor) =>
      graph.constant(Float32Array.from(tensor.dataSync()), tensor.shape);
    const x = graph.input('pixel_values', 'float32', ['B', 'C', 'H', 'W']);
    const kernel = constant(tf.transpose(this.kernel, [3, 2, 0, 1]));
    const grid = graph.add('Conv', [x, kernel], { kernel_shape: [4, 4], strides: [4, 4] }); // [B, 6, h, w]
    const flat = graph.add('Reshape', [grid, graph.integers(0, 6, -1)]);
    const patches = graph.add('Transpose', [flat], { perm: [0, 2, 1] }); // [B, h * w, 6]
    const batch = graph.add('Shape', [x], { start: 0, end: 1 });
    const shape = graph.add('Concat', [batch, graph.integers(3, 6)], { axis: 0 });
    const others = graph.add('Expand', [constant(this.first), shape]);
    const tokens = graph.add('Concat', [others, patches], { axis: 1 }); // [B, 3 + h * w, 6]
    const [q = '', k = '', v = ''] = this.attention.map((matrix) =>
      graph.add('MatMul', [tokens, constant(matrix)]),
    );
    const scores = graph.add('MatMul', [q, graph.add('Transpose', [k], { perm: [0, 2, 1] })]);
    const mixed = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), v]);
    graph.output('last_hidden_state', graph.add('Add', [tokens, mixed]), 'float32', ['B', 'T', 6]);
    return encodeGraph(graph.build());
  }

  /** The patch tokens of images as TensorFlow.js computes them. */
  patchTokens({ data, shape }: ImageBatch): tf.Tensor4D {
    const { mean, deviation } = torchvisionPreprocessing;
    const x = tf.div<tf.Tensor4D>(
      tf.sub(tf.div(tf.tensor4d(data, [...shape]), 255), tf.tensor1d([...mean])),
      tf.tensor1d([...deviation]),
    );
    const grid = tf.conv2d(x, this.kernel, 4, 'valid'); // [B, h, w, 6]
    const [batch, h, w] = grid.shape;
    const tokens = tf.concat(
      [tf.tile(this.first, [batch, 1, 1]), grid.reshape<tf.Tensor3D>([batch, h * w, 6])],
      1,
    );
    const times = (matrix: tf.Tensor2D | undefined) =>
      tf.matMul(tokens.reshape([-1, 6]), matrix ?? tf.eye(6)).reshape<tf.Tensor3D>([batch, -1, 6]);
    const [q, k, v] = this.attention.map(times);
    if (q === undefined || k === undefined || v === undefined) throw new Error('expected three matrices');
    const mixed = tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v);
    const result = tf.add<tf.Tensor3D>(tokens, mixed);
    return tf.slice(result, [0, 3, 0], [-1, -1, -1]).reshape([batch, h, w, 6]);
  }
}

describe('an ONNX file as a backbone', () => {
  it('gives the patch tokens of a vision transformer, class token and registers set apart', async () => {
    const transformer = new SmallTransformer();
    const tokens = { patch: 4, before: 3 };
    const outputs = ['last_hidden_state'];
    const features = await onnxFeatures(transformer.file(), await findOnnxRuntime(), { outputs, tokens });
    for (const images of [photo(2, 8, 12), photo(1, 16, 16)]) {
      const [found] = await features.features(images);
      const expected = transformer.patchTokens(images);
      expect(found?.shape).toEqual(expected.shape);
      expect(apart(found?.data ?? [], expected.dataSync())).toBeLessThan(1e-5);
    }
    await expect(features.features(photo(1, 10, 8))).rejects.toThrow(
      'expected images with sides in multiples of 4, received 10x8',
    );
    features.dispose();
  });

  it('says where there are other tokens than those of patches and the ones before them', async () => {
    const file = new SmallTransformer().file();
    const features = await onnxFeatures(file, await findOnnxRuntime(), { tokens: { patch: 4 } });
    await expect(features.features(photo(1, 8, 8))).rejects.toThrow(
      'last_hidden_state: expected features [B, 5, C]: 1 tokens, then 2 x 2 of patches of float32, received [1, 7, 6]',
    );
    features.dispose();
  });

  it.each(['first', 'last'] as const)('has values inside the graph as layers, channels %s', async (place) => {
    const graph = new GraphBuilder('net');
    const sides = place === 'first' ? ['B', 3, 'H', 'W'] : ['B', 'H', 'W', 3];
    const doubled = graph.add('Mul', [graph.input('x', 'float32', sides), graph.scalar(2)]);
    graph.output('y', graph.add('Neg', [doubled]), 'float32', sides);
    const features = await onnxFeatures(encodeGraph(graph.build()), await findOnnxRuntime(), {
      outputs: ['Mul'],
      preprocessing: { name: 'bytes', scale: 255, order: 'bgr', mean: [0, 0, 1], deviation: [1, 1, 1] },
    });
    const images = photo(2, 2, 3);
    const [found] = await features.features(images);
    expect(found?.shape).toEqual([2, 2, 3, 3]);
    const expected = Array.from(images.data, (_, at) => {
      const value = images.data[at - (at % 3) + 2 - (at % 3)] ?? 0;
      return 2 * (at % 3 === 2 ? value - 1 : value);
    });
    expect(apart(found?.data ?? [], expected)).toBeLessThan(1e-6);
    features.dispose();
  });

  it('refuses another layout, other inputs, and outputs that are not there', async () => {
    const file = (sides: (number | string)[], inputs = 1) => {
      const graph = new GraphBuilder('net');
      const values = Array.from({ length: inputs }, (_, index) => graph.input(`x${index}`, 'float32', sides));
      graph.output('y', graph.add('Sum', values), 'float32', sides);
      return encodeGraph(graph.build());
    };
    const runtime = await findOnnxRuntime();
    await expect(onnxFeatures(file(['B', 1, 8, 8]), runtime)).rejects.toMatchObject({
      code: 'input',
      message:
        'expected a model of one input of images, [B, 3, H, W] or [B, H, W, 3] of float32, received x0 [B,1,8,8]',
    });
    await expect(onnxFeatures(file(['B', 3, 8, 8], 2), runtime)).rejects.toMatchObject({ code: 'input' });
    await expect(onnxFeatures(file(['B', 3, 8, 8]), runtime, { outputs: ['layer9'] })).rejects.toMatchObject({
      code: 'output',
      message: 'expected an output or a value of the graph, received layer9; its outputs are y',
    });
    await expect(onnxFeatures(file(['B', 3, 8, 8]).subarray(0, 40), runtime)).rejects.toMatchObject({
      code: 'malformed',
    });
  });
});
