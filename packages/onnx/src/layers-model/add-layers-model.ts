import * as tf from '@tensorflow/tfjs';
import { OnnxError } from '../error';
import type { GraphBuilder } from '../graph';

/** A layer of a model, with what it reads. Values of four axes are `[B, C, H, W]`. */
export interface LayerCall {
  /** The graph that operators are added to. */
  readonly graph: GraphBuilder;
  /** Its name, for messages and constants. */
  readonly name: string;
  /** As `getConfig` has it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What it reads, a value each. */
  readonly inputs: readonly string[];
  /** Shapes of its inputs as TensorFlow.js has them, channels last; null for an axis of any length. */
  readonly inputShapes: readonly (readonly (number | null)[])[];
  /** Shape of its output, likewise. */
  readonly outputShape: readonly (number | null)[];
  /** Its weights in their order. */
  readonly weights: readonly { readonly data: Float32Array; readonly shape: readonly number[] }[];
}

/** Writes a layer as operators; its output comes back. */
export type LayerConverter = (call: LayerCall) => string;

/** How {@link addLayersModel} writes a model. */
export interface AddLayersModelOptions {
  /** Converters of layers of your own by the class name under which they are serialised; they come first. */
  readonly converters?: Readonly<Record<string, LayerConverter>>;
}

/**
 * Adds a layers model of TensorFlow.js, as it infers, to a graph.
 *
 * Values of four axes are `[B, C, H, W]` in the graph, as ONNX has images, where TensorFlow.js has `[B, H, W, C]`; others
 * are the same. Weights are copied.
 *
 * @param inputs a value for each input of the model, in its order.
 * @returns a value for each output, in its order.
 * @throws OnnxError `conversion` for a layer that is not known, or an option of one that cannot be written; `input` for
 *   more or fewer inputs than the model has.
 *
 * @example
 * const graph = new GraphBuilder('classifier');
 * const x = graph.input('x', 'float32', ['B', 3, 64, 64]);
 * const [y = ''] = await addLayersModel(graph, model, [x]);
 * graph.output('y', y, 'float32', ['B', 10]);
 */
export async function addLayersModel(
  graph: GraphBuilder,
  model: tf.LayersModel,
  inputs: readonly string[],
  { converters = {} }: AddLayersModelOptions = {},
): Promise<string[]> {
  if (inputs.length !== model.inputs.length) {
    const message = `${model.name}: expected ${model.inputs.length} inputs, received ${inputs.length}`;
    throw new OnnxError('input', message);
  }
  const known: Readonly<Record<string, LayerConverter>> = { ...CONVERTERS, ...converters };
  const values = new Map<number, string>();
  for (const [index, { id }] of model.inputs.entries()) values.set(id, inputs[index] ?? '');

  const valueFor = async (tensor: tf.SymbolicTensor): Promise<string> => {
    const made = values.get(tensor.id);
    if (made !== undefined) return made;
    const { sourceLayer: layer, nodeIndex } = tensor;
    const node = layer.inboundNodes[nodeIndex];
    if (node === undefined)
      throw new OnnxError('conversion', `${layer.name}: expected what it reads, found nothing`);
    const read: string[] = [];
    for (const input of node.inputTensors) read.push(await valueFor(input));
    const outputs =
      layer instanceof tf.LayersModel
        ? await addLayersModel(graph, layer, read, { converters })
        : [await convert(layer, node, read)];
    for (const [index, { id }] of node.outputTensors.entries()) values.set(id, outputs[index] ?? '');
    const value = values.get(tensor.id);
    if (value === undefined) throw new OnnxError('conversion', `${layer.name}: expected one output`);
    return value;
  };

  const convert = async (
    layer: tf.layers.Layer,
    node: tf.layers.Layer['inboundNodes'][number],
    read: readonly string[],
  ): Promise<string> => {
    const type = layer.getClassName();
    const converter = Object.hasOwn(known, type) ? known[type] : undefined;
    if (converter === undefined) {
      const message = `${layer.name}: expected a layer of ${Object.keys(known).sort().join(', ')}, received ${type}`;
      throw new OnnxError('conversion', message);
    }
    const weights = await Promise.all(
      layer.getWeights().map(async (weight) => ({
        data: Float32Array.from(await weight.data()),
        shape: weight.shape,
      })),
    );
    return converter({
      graph,
      name: layer.name,
      config: layer.getConfig(),
      inputs: read,
      inputShapes: node.inputTensors.map(({ shape }) => shape),
      outputShape: node.outputTensors[0]?.shape ?? [],
      weights,
    });
  };

  const outputs: string[] = [];
  for (const output of model.outputs) outputs.push(await valueFor(output));
  return outputs;
}

/** Of instance norm, AdaIN and layer norm in `@utad/layers`. */
const NORM_EPSILON = 1e-5;

/** By the class name of a layer. */
const CONVERTERS: Readonly<Record<string, LayerConverter>> = {
  Conv2D(call) {
    const [kernel, bias] = call.weights;
    return activated(call, convolve(call, transposedKernel(call, kernel, [3, 2, 0, 1]), bias, 1));
  },
  DepthwiseConv2D(call) {
    const [kernel, bias] = call.weights;
    const [height = 0, width = 0, channels = 0, multiplier = 0] = kernel?.shape ?? [];
    const filters = {
      data: kernel?.data ?? new Float32Array(),
      shape: [height, width, 1, channels * multiplier],
    };
    return activated(call, convolve(call, transposedKernel(call, filters, [3, 2, 0, 1]), bias, channels));
  },
  Dense(call) {
    const [kernel, bias] = call.weights;
    if (call.inputShapes[0]?.length !== 2) throw unwritten(call, 'inputs [B, D]', `${call.inputShapes[0]}`);
    const product = call.graph.add('MatMul', [input(call), constant(call, kernel, 'kernel')]); // [B, units]
    return activated(
      call,
      bias === undefined ? product : call.graph.add('Add', [product, constant(call, bias, 'bias')]),
    );
  },
  MaxPooling2D: (call) => pool(call, 'MaxPool'),
  AveragePooling2D: (call) => pool(call, 'AveragePool'),
  GlobalAveragePooling2D: ({ graph, inputs: [x = ''] }) =>
    graph.add('ReduceMean', [x, graph.integers(2, 3)], { keepdims: 0 }), // [B, C]
  Concatenate(call) {
    const { graph, inputs, outputShape, config } = call;
    const axis = Number(config.axis);
    const last = axis === -1 || axis === outputShape.length - 1;
    if (!last) throw unwritten(call, 'the last axis', `axis ${axis}`);
    return graph.add('Concat', inputs, { axis: outputShape.length === 4 ? 1 : outputShape.length - 1 });
  },
  Add: ({ graph, inputs }) => graph.add('Sum', inputs),
  BatchNormalization(call) {
    const { axis, epsilon, center, scale } = call.config;
    const rank = call.outputShape.length;
    if (axis !== -1 && axis !== rank - 1) throw unwritten(call, 'the last axis', `axis ${axis}`);
    const rest = [...call.weights];
    const gain = scale === false ? undefined : rest.shift();
    const bias = center === false ? undefined : rest.shift();
    return batchNorm(call, { gain, bias, mean: rest[0], variance: rest[1], epsilon: Number(epsilon) });
  },
  UtadBatchNorm(call) {
    // Trained weights come before the others.
    const { affine, epsilon } = call.config;
    const [gain, bias, mean, variance] = call.weights;
    const values = { mean, variance, epsilon: Number(epsilon), gain: undefined, bias: undefined };
    return batchNorm(call, affine === false ? values : { ...values, gain, bias });
  },
  UtadInstanceNorm: (call) => instanceNorm(call, input(call)),
  UtadAdaIn(call) {
    const { graph, inputs } = call;
    const [k = '', gamma = '', beta = ''] = inputs;
    const spread = (values: string) => graph.add('Unsqueeze', [values, graph.integers(2, 3)]); // [B, C, 1, 1]
    const scaled = graph.add('Mul', [instanceNorm(call, k), spread(gamma)]);
    return graph.add('Add', [scaled, spread(beta)]); // [B, C, H, W]
  },
  UtadLayerNorm(call) {
    const { graph, inputShapes, weights } = call;
    const x = input(call);
    const [gain, bias] = weights;
    const [, height = null, width = null, channels = null] = inputShapes[0] ?? [];
    if (height === null || width === null) throw unwritten(call, 'images of one size', 'any size');
    const one = graph.constant(Float32Array.of(1), [1]);
    const zero = graph.constant(Float32Array.of(0), [1]);
    const flat = graph.add('Reshape', [x, graph.integers(0, 1, -1)]); // [B, 1, C * H * W]
    const normalised = graph.add('InstanceNormalization', [flat, one, zero], {
      epsilon: { float: NORM_EPSILON },
    });
    const values = graph.add('Reshape', [normalised, graph.integers(-1, channels ?? 0, height, width)]); // [B, C, H, W]
    const spread = (weight: Weight | undefined, hint: string) =>
      graph.constant(weight?.data ?? new Float32Array(), [channels ?? 0, 1, 1], `${call.name}/${hint}`);
    return graph.add('Add', [graph.add('Mul', [values, spread(gain, 'gain')]), spread(bias, 'bias')]);
  },
  UpsampleNearest: (call) => upsample(call, [Number(call.config.factor), Number(call.config.factor)]),
  UpSampling2D(call) {
    if (call.config.interpolation !== 'nearest')
      throw unwritten(call, 'nearest', `${call.config.interpolation}`);
    const [height = 0, width = 0] = pair(call, 'size');
    return upsample(call, [height, width]);
  },
  LeakyReLU: (call) =>
    call.graph.add('LeakyRelu', [input(call)], { alpha: { float: Number(call.config.alpha) } }),
  ReLU(call) {
    const { maxValue } = call.config;
    const relu = call.graph.add('Relu', [input(call)]);
    if (maxValue === null || maxValue === undefined) return relu;
    return call.graph.add('Min', [relu, call.graph.scalar(Number(maxValue))]);
  },
  Activation: (call) => activated(call, input(call)),
  Dropout: (call) => input(call),
  Reshape(call) {
    const { graph, inputShapes, outputShape } = call;
    const [, ...sides] = outputShape;
    if (sides.includes(null)) throw unwritten(call, 'a shape of known lengths', `[${sides}]`);
    const x = inputShapes[0]?.length === 4 ? toChannelsLast(graph, input(call)) : input(call);
    const shaped = graph.add('Reshape', [x, graph.integers(-1, ...sides.map((side) => side ?? 0))]);
    return sides.length === 3 ? toChannelsFirst(graph, shaped) : shaped;
  },
  Flatten(call) {
    const x = call.inputShapes[0]?.length === 4 ? toChannelsLast(call.graph, input(call)) : input(call);
    return call.graph.add('Flatten', [x], { axis: 1 }); // [B, H * W * C]
  },
  ZeroPadding2D(call) {
    const { graph, config } = call;
    const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = Array.isArray(config.padding)
      ? config.padding.map((sides) =>
          Array.isArray(sides) ? sides.map(Number) : [Number(sides), Number(sides)],
        )
      : [];
    return graph.add('Pad', [input(call), graph.integers(0, 0, top, left, 0, 0, bottom, right)]);
  },
};

/** `[B, C, H, W]` as `[B, H, W, C]`. */
export function toChannelsLast(graph: GraphBuilder, value: string): string {
  return graph.add('Transpose', [value], { perm: [0, 2, 3, 1] });
}

/** `[B, H, W, C]` as `[B, C, H, W]`. */
export function toChannelsFirst(graph: GraphBuilder, value: string): string {
  return graph.add('Transpose', [value], { perm: [0, 3, 1, 2] });
}

type Weight = LayerCall['weights'][number];

function unwritten({ name }: LayerCall, expected: string, received: string): OnnxError {
  return new OnnxError('conversion', `${name}: expected ${expected}, received ${received}`);
}

function input({ inputs }: LayerCall): string {
  return inputs[0] ?? '';
}

function constant({ graph, name }: LayerCall, weight: Weight | undefined, hint: string): string {
  return graph.constant(weight?.data ?? new Float32Array(), weight?.shape ?? [0], `${name}/${hint}`);
}

/** Two whole numbers of a layer's configuration. */
function pair(call: LayerCall, key: string): number[] {
  const value = call.config[key];
  const [first, second] = Array.isArray(value) ? value.map(Number) : [Number(value), Number(value)];
  if (first === undefined || second === undefined)
    throw unwritten(call, `two numbers as ${key}`, String(value));
  return [first, second];
}

/** A kernel with its axes in another order. */
function transposedKernel(
  call: LayerCall,
  kernel: Weight | undefined,
  order: readonly [number, number, number, number],
): string {
  const { data, shape } = kernel ?? { data: new Float32Array(), shape: [0, 0, 0, 0] };
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const [a = 0, b = 0, c = 0, d = 0] = order.map((axis) => shape[axis]);
  const [sa = 0, sb = 0, sc = 0, sd = 0] = order.map((axis) => steps[axis]);
  const moved = new Float32Array(data.length);
  let next = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < d; l++) moved[next++] = data[i * sa + j * sb + k * sc + l * sd] ?? 0;
  return call.graph.constant(moved, [a, b, c, d], `${call.name}/kernel`);
}

function convolve(call: LayerCall, kernel: string, bias: Weight | undefined, group: number): string {
  const { graph, config } = call;
  const kernelSize = pair(call, 'kernelSize');
  const strides = pair(call, 'strides');
  const dilations = pair(call, 'dilationRate');
  if (config.dataFormat !== 'channelsLast') throw unwritten(call, 'channels last', `${config.dataFormat}`);
  const reach = kernelSize.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
  return graph.add(
    'Conv',
    [input(call), kernel, ...(bias === undefined ? [] : [constant(call, bias, 'bias')])],
    { kernel_shape: kernelSize, strides, dilations, group, ...padding(call, reach, strides) },
  ); // [B, filters, H', W']
}

function pool(call: LayerCall, op: 'MaxPool' | 'AveragePool'): string {
  const size = pair(call, 'poolSize');
  const strides = pair(call, 'strides');
  const attributes = { kernel_shape: size, strides, ...padding(call, size, strides) };
  return call.graph.add(op, [input(call)], attributes);
}

/**
 * TensorFlow's padding: with `same` as much as makes ceil(side / stride) of a side, the odd pixel below and to the right.
 * Said in pixels where these are known, which engines are faster with.
 */
function padding(
  call: LayerCall,
  kernel: readonly number[],
  strides: readonly number[],
): { pads: number[] } | { auto_pad: string } {
  if (call.config.padding === 'valid') return { pads: [0, 0, 0, 0] };
  if (call.config.padding !== 'same')
    throw unwritten(call, 'padding same or valid', `${call.config.padding}`);
  const sides = call.inputShapes[0]?.slice(1, 3) ?? [];
  const pads: [number, number][] = [];
  for (const [axis, reach] of kernel.entries()) {
    const stride = strides[axis] ?? 1;
    const side = stride === 1 ? reach : sides[axis];
    if (side === null || side === undefined) return { auto_pad: 'SAME_UPPER' };
    const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + reach - side);
    pads.push([Math.floor(total / 2), Math.ceil(total / 2)]);
  }
  return { pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] };
}

interface BatchNormValues {
  readonly gain: Weight | undefined;
  readonly bias: Weight | undefined;
  readonly mean: Weight | undefined;
  readonly variance: Weight | undefined;
  readonly epsilon: number;
}

function batchNorm(call: LayerCall, { gain, bias, mean, variance, epsilon }: BatchNormValues): string {
  const [channels = 0] = mean?.shape ?? [];
  const all = (value: number): Weight => ({
    data: new Float32Array(channels).fill(value),
    shape: [channels],
  });
  const parts = { gain: gain ?? all(1), bias: bias ?? all(0), mean, variance };
  const constants = Object.entries(parts).map(([hint, weight]) => constant(call, weight, hint));
  return call.graph.add('BatchNormalization', [input(call), ...constants], { epsilon: { float: epsilon } });
}

function instanceNorm({ graph, inputShapes, name }: LayerCall, x: string): string {
  const channels = inputShapes[0]?.at(-1) ?? 0;
  const one = graph.constant(new Float32Array(channels).fill(1), [channels], `${name}/one`);
  const zero = graph.constant(new Float32Array(channels), [channels], `${name}/zero`);
  return graph.add('InstanceNormalization', [x, one, zero], { epsilon: { float: NORM_EPSILON } });
}

function upsample(
  { graph, inputs: [x = ''] }: LayerCall,
  [height, width]: readonly [number, number],
): string {
  const scales = graph.constant(Float32Array.of(1, 1, height, width), [4]);
  return graph.add('Resize', [x, '', scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
}

/** What follows a value where the layer has an activation. */
function activated(call: LayerCall, x: string): string {
  const { graph, config, outputShape } = call;
  switch (config.activation) {
    case null:
    case undefined:
    case 'linear':
      return x;
    case 'relu':
      return graph.add('Relu', [x]);
    case 'relu6':
      return graph.add('Clip', [x, graph.scalar(0), graph.scalar(6)]);
    case 'sigmoid':
      return graph.add('Sigmoid', [x]);
    case 'tanh':
      return graph.add('Tanh', [x]);
    case 'elu':
      return graph.add('Elu', [x]);
    case 'softplus':
      return graph.add('Softplus', [x]);
    case 'hardSigmoid':
      return graph.add('HardSigmoid', [x]); // 0.2 x + 0.5, as TensorFlow.js has it
    case 'swish':
      return graph.add('Mul', [x, graph.add('Sigmoid', [x])]);
    case 'softmax':
      return graph.add('Softmax', [x], { axis: outputShape.length === 4 ? 1 : -1 });
    default:
      throw unwritten(call, 'an activation that ONNX has', String(config.activation));
  }
}
