import * as tf from '@tensorflow/tfjs';
import { AdaIn, BatchNorm, InstanceNorm, LayerNorm, symbolic, UpsampleNearest } from '@utad/layers';
import { encodeGraph, GraphBuilder, OnnxError, OnnxSession } from '@utad/onnx';
import { addLayersModel, toChannelsFirst, toChannelsLast } from '@utad/onnx/layers-model';
import { findOnnxRuntime } from '@utad/onnx/node';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

/** Random numbers from -1 to 1 by seed. */
const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** The model with random weights, so that no bias is 0 and no gain 1; variances stay positive. */
function randomised(model: tf.LayersModel): tf.LayersModel {
  model.layers.forEach((layer, l) => {
    const weights = layer.getWeights().map((weight, w) => random(weight.shape, 100 * l + w).abs());
    if (weights.length > 0) layer.setWeights(weights);
  });
  return model;
}

/** The largest difference between what TensorFlow.js and ONNX Runtime make of random inputs, over the largest value. */
async function difference(model: tf.LayersModel, device: 'cpu' | 'wasm'): Promise<number> {
  const graph = new GraphBuilder(model.name);
  const shapes = model.inputs.map(({ shape: [, ...sides] }) => [2, ...sides.map((side) => side ?? 7)]);
  const names = shapes.map((shape, index) => graph.input(`x${index}`, 'float32', ['B', ...shape.slice(1)]));
  const inside = names.map((name, index) =>
    shapes[index]?.length === 4 ? toChannelsFirst(graph, name) : name,
  );
  const outputs = await addLayersModel(graph, model, inside);
  outputs.forEach((value, index) => {
    const [, ...sides] = model.outputs[index]?.shape ?? [];
    const last = sides.length === 3 ? toChannelsLast(graph, value) : value;
    graph.output(`y${index}`, last, 'float32', ['B', ...sides.map((side, axis) => side ?? `side${axis}`)]);
  });
  const session = await OnnxSession.open(encodeGraph(graph.build()), await findOnnxRuntime({ device }));
  const tensors = shapes.map((shape, index) => random(shape, 7 + index));
  const feeds = Object.fromEntries(
    tensors.map((x, index) => [
      `x${index}`,
      { type: 'float32' as const, shape: x.shape, data: Float32Array.from(x.dataSync()) },
    ]),
  );
  const answers = await session.run(feeds);
  await session.dispose();
  const wanted = [model.apply(tensors, { training: false })].flat();
  let [apart, largest] = [0, 0];
  wanted.forEach((tensor, index) => {
    if (!(tensor instanceof tf.Tensor)) throw new TypeError('expected tensors');
    const answer = answers[`y${index}`];
    expect(answer?.shape).toEqual(tensor.shape);
    const values = tensor.dataSync();
    for (const [at, value] of values.entries()) {
      largest = Math.max(largest, Math.abs(value));
      apart = Math.max(apart, Math.abs(value - Number(answer?.data[at])));
    }
  });
  expect(largest).toBeGreaterThan(0);
  return apart / largest;
}

const image = (height: number | null = 8, width: number | null = 6) =>
  tf.input({ shape: [height, width, 3] });
const through = (input: tf.SymbolicTensor, ...layers: tf.layers.Layer[]) =>
  tf.model({
    inputs: input,
    outputs: layers.reduce((x, layer) => symbolic(layer.apply(x)), input),
  });
const conv = (options: object) =>
  tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...options });

const models: Record<string, () => tf.LayersModel> = {
  'convolutions that keep, halve and dilate': () =>
    through(
      image(),
      conv({ activation: 'relu' }),
      conv({ strides: 2, kernelSize: 4, useBias: false }),
      conv({ dilationRate: 2, activation: 'tanh' }),
    ),
  'images of any size': () => through(image(null, null), conv({ strides: 2 }), conv({ padding: 'valid' })),
  'odd sides halved': () =>
    through(
      image(7, 9),
      conv({ strides: 2 }),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ),
  'depthwise convolutions': () =>
    through(
      image(),
      tf.layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 1],
        ],
      }),
      tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'valid' }),
      tf.layers.reLU({ maxValue: 0.5 }),
    ),
  pooling: () =>
    through(
      image(),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
      tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ),
  'batch norm, with and without gain': () =>
    through(
      image(),
      new BatchNorm({ name: 'norm' }),
      new BatchNorm({ name: 'plain', affine: false }),
      tf.layers.batchNormalization({ epsilon: 0.01 }),
      tf.layers.batchNormalization({ scale: false }),
      tf.layers.leakyReLU({ alpha: 0.1 }),
    ),
  'instance and layer norm': () =>
    through(image(), new InstanceNorm({ name: 'instance' }), new LayerNorm({ name: 'layer' })),
  'up-sampling': () =>
    through(
      image(),
      new UpsampleNearest({ factor: 3, name: 'up' }),
      tf.layers.upSampling2d({ size: [2, 1] }),
    ),
  'fully connected layers': () =>
    through(
      tf.input({ shape: [5] }),
      tf.layers.dense({ units: 24, activation: 'sigmoid' }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.reshape({ targetShape: [2, 4, 3] }),
      conv({ activation: 'softmax' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, useBias: false, activation: 'softmax' }),
    ),
  activations: () => {
    const x = tf.input({ shape: [6] });
    const names = ['elu', 'relu6', 'softplus', 'hardSigmoid', 'swish', 'linear'] as const;
    const outputs = names.map((activation) => symbolic(tf.layers.activation({ activation }).apply(x)));
    return tf.model({ inputs: x, outputs });
  },
  'branches, residuals, a model within, AdaIN of its pooled values': () => {
    const x = image();
    const inner = through(tf.input({ shape: [8, 6, 3] }), conv({}));
    const [a, b] = [symbolic(inner.apply(x)), symbolic(conv({ kernelSize: 1 }).apply(x))];
    const sum = symbolic(tf.layers.add().apply([a, b]));
    const joined = symbolic(tf.layers.concatenate().apply([sum, a]));
    const pooled = symbolic(tf.layers.globalAveragePooling2d({}).apply(joined));
    const gamma = symbolic(tf.layers.dense({ units: 8 }).apply(pooled));
    const guided = symbolic(new AdaIn({ name: 'guided' }).apply([joined, gamma, pooled]));
    return tf.model({ inputs: x, outputs: [guided, pooled] });
  },
};

describe.each(['cpu', 'wasm'] as const)('on %s, the same as TensorFlow.js', (device) => {
  it.each(Object.entries(models))('%s', async (_, make) => {
    expect(await difference(randomised(make()), device)).toBeLessThan(1e-5);
  });
});

it('names a layer that it does not know, and takes converters of your own', async () => {
  const model = through(image(), tf.layers.gaussianNoise({ stddev: 1 }));
  const graph = new GraphBuilder('noise');
  const x = graph.input('x', 'float32', ['B', 3, 8, 6]);
  await expect(addLayersModel(graph, model, [x])).rejects.toThrow(
    /expected a layer of .*received GaussianNoise/,
  );
  const converters = { GaussianNoise: ({ inputs: [value = ''] }: { inputs: readonly string[] }) => value };
  expect(await addLayersModel(graph, model, [x], { converters })).toEqual([x]);
});

it('refuses what has no counterpart', async () => {
  const graph = new GraphBuilder('first');
  const model = through(image(), conv({ activation: 'mish' }));
  const adding = addLayersModel(graph, model, [graph.input('x', 'float32', ['B', 3, 8, 6])]);
  await expect(adding).rejects.toBeInstanceOf(OnnxError);
  await expect(addLayersModel(graph, model, [])).rejects.toThrow('expected 1 inputs, received 0');
});
