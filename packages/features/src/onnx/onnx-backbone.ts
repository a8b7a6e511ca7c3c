import { encodeGraph, GraphBuilder, OnnxError, type OnnxRuntime, OnnxSession } from '@utad/onnx';
import { type BackboneStep, selectLayers, stepInputs, totalStride } from '../backbone';
import type { FeatureExtractor, FeatureMap } from '../extractor';
import type { Preprocessing } from '../preprocessing';
import { type BackboneWeights, type WeightTensor, weightTensor } from '../weights';

/**
 * Adds a backbone to a graph of ONNX operators.
 *
 * @param x `[B, 3, H, W]`, RGB in [0, 1]; what the weights want of it is made inside.
 * @param layers Default the backbone's `defaultLayers`.
 * @returns a value `[B, C, h, w]` a layer, at least 0.
 * @throws WeightsError when a tensor is missing or of another shape, RangeError for layers that there are not.
 */
export function addBackbone(
  graph: GraphBuilder,
  { backbone, tensors, preprocessing }: BackboneWeights,
  x: string,
  layers?: readonly string[],
): string[] {
  const selected = selectLayers(backbone, layers);
  const outputs = new Map<string | undefined, string>([[undefined, preprocessed(graph, x, preprocessing)]]);
  const outputOf = (name: string | undefined): string => {
    const output = outputs.get(name);
    if (output !== undefined) return output;
    throw new Error(`${backbone.title}: expected the output of ${name}, which no earlier step has`);
  };
  const weight = (name: string) => weightTensor(backbone, tensors, name);
  for (const [index, step] of selected.steps.entries()) {
    const inputs = stepInputs(selected.steps, index).map(outputOf);
    outputs.set(step.name, addStep(graph, step, inputs, weight));
  }
  return selected.layers.map(outputOf);
}

function addStep(
  graph: GraphBuilder,
  step: BackboneStep,
  inputs: readonly string[],
  weight: (name: string) => WeightTensor,
): string {
  if (step.op === 'maxPool') {
    const { size, stride, padding } = step;
    // ONNX pads with less than any number, and behind a ReLU zeros are no more than that.
    return graph.add('MaxPool', inputs, {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  }
  if (step.op === 'add') {
    const sum = graph.add('Add', inputs);
    return step.relu ? graph.add('Relu', [sum]) : sum;
  }
  const { name, kernel, stride, padding } = step;
  const bias = weight(`${name}/bias`);
  const values = [
    ...inputs,
    filtersFirst(graph, weight(`${name}/kernel`), name),
    graph.constant(bias.data, bias.shape, `${name}/bias`),
  ];
  const convolved = graph.add('Conv', values, {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
  return step.relu ? graph.add('Relu', [convolved]) : convolved;
}

/** A kernel `[height, width, inputs, filters]` as `[filters, inputs, height, width]`. */
function filtersFirst(graph: GraphBuilder, { data, shape }: WeightTensor, name: string): string {
  const [height = 0, width = 0, inputs = 0, filters = 0] = shape;
  const places = height * width;
  const moved = new Float32Array(data.length);
  let next = 0;
  for (let filter = 0; filter < filters; filter++) {
    for (let input = 0; input < inputs; input++) {
      for (let place = 0; place < places; place++) {
        moved[next++] = data[(place * inputs + input) * filters + filter] ?? 0;
      }
    }
  }
  return graph.constant(moved, [filters, inputs, height, width], `${name}/kernel`);
}

function preprocessed(
  graph: GraphBuilder,
  x: string,
  { scale, order, mean, deviation }: Preprocessing,
): string {
  const ordered = order === 'bgr' ? graph.add('Gather', [x, graph.integers(2, 1, 0)], { axis: 1 }) : x;
  const gain = Float32Array.from(deviation, (d) => scale / d);
  const shift = Float32Array.from(mean, (m, channel) => m / (deviation[channel] ?? 1));
  const scaled = graph.add('Mul', [ordered, graph.constant(gain, [3, 1, 1])]);
  return graph.add('Sub', [scaled, graph.constant(shift, [3, 1, 1])]);
}

/**
 * A backbone on ONNX Runtime.
 *
 * @param layers Default the backbone's `defaultLayers`.
 * @throws WeightsError when a tensor is missing or of another shape, RangeError for layers that there are not, OnnxError
 *   where ONNX Runtime refuses.
 *
 * @example
 * const backbone = await onnxBackbone(randomWeights(resnet18, 0), await findOnnxRuntime(), ['layer2', 'layer3']);
 * const [{ shape }] = await backbone.features(images); // [1, 32, 32, 128] of 256x256
 */
export async function onnxBackbone(
  weights: BackboneWeights,
  runtime: OnnxRuntime,
  layers?: readonly string[],
): Promise<FeatureExtractor> {
  const { title } = weights.backbone;
  const selected = selectLayers(weights.backbone, layers);
  const graph = new GraphBuilder(weights.backbone.name);
  const bytes = graph.input('images', 'uint8', ['B', 'H', 'W', 3]);
  const unit = graph.add('Div', [graph.add('Cast', [bytes], { to: FLOAT32 }), graph.scalar(255)]);
  const x = graph.add('Transpose', [unit], { perm: [0, 3, 1, 2] }); // [B, 3, H, W]
  for (const [index, value] of addBackbone(graph, weights, x, layers).entries()) {
    const channelsLast = graph.add('Transpose', [value], { perm: [0, 2, 3, 1] });
    graph.output(selected.layers[index] ?? '', channelsLast, 'float32', ['B', 'h', 'w', 'C']);
  }
  const session = await OnnxSession.open(encodeGraph(graph.build()), runtime);
  const least = totalStride(selected.steps);
  return {
    layers: selected.layers,
    async features({ data, shape }): Promise<FeatureMap[]> {
      const [, height, width] = shape;
      if (height < least || width < least) {
        throw new RangeError(`${title}: expected images [B, >=${least}, >=${least}, 3], received [${shape}]`);
      }
      const answers = await session.run({ images: { type: 'uint8', shape, data } });
      return selected.layers.map((layer) => {
        const { data: values, shape: sides = [] } = answers[layer] ?? {};
        const [batch, h, w, channels] = sides;
        if (!(values instanceof Float32Array) || channels === undefined || batch === undefined) {
          throw new OnnxError('output', `${title}: expected features of ${layer}, received [${sides}]`);
        }
        return { layer, data: values, shape: [batch, h ?? 0, w ?? 0, channels] };
      });
    },
    dispose(): void {
      void session.dispose();
    },
  };
}

/** Number of float32 in `TensorProto.DataType`. */
const FLOAT32 = 1;
