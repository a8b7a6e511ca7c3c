import type { ImageBatch, Size } from '@utad/core';
import {
  describeOnnx,
  type GraphTensor,
  OnnxError,
  type OnnxPort,
  type OnnxRuntime,
  OnnxSession,
  type OnnxSessionOptions,
  withOutputs,
} from '@utad/onnx';
import type { FeatureExtractor, FeatureMap } from '../extractor';
import { type Preprocessing, torchvisionPreprocessing } from '../preprocessing';

/** The tokens of a vision transformer: one a patch, row by row, behind others that stand for no place. */
export interface VisionTokens {
  /** Height and width of a patch in pixels: 14 of DINOv2. Images have sides in multiples of it. */
  readonly patch: number;
  /** How many come before those of patches: the class token and, where there are any, registers. Default 1. */
  readonly before?: number;
}

/** How {@link onnxFeatures} runs a model. */
export interface OnnxFeaturesOptions extends OnnxSessionOptions {
  /** Outputs, or any values inside the graph, whose features are wanted. Default all outputs. */
  readonly outputs?: readonly string[];
  /** What the model expects of an image. Default torchvision's, which most of them share. */
  readonly preprocessing?: Preprocessing;
  /** Of a vision transformer, whose outputs are `[B, tokens, C]`. */
  readonly tokens?: VisionTokens;
}

/**
 * Any ONNX file that takes images as a backbone: `[B, 3, H, W]` or `[B, H, W, 3]` of float32, to outputs of the same layout,
 * or to tokens.
 *
 * @param model the bytes of the file.
 * @throws OnnxError `output` for one that there is not, `input` for a model that takes something else than images, and
 *   whatever `OnnxSession.open` throws.
 *
 * @example
 * const dino = await onnxFeatures(await readFile('model.onnx'), await findOnnxRuntime(), {
 *   outputs: ['last_hidden_state'],
 *   tokens: { patch: 14 },
 * });
 */
export async function onnxFeatures(
  model: Uint8Array,
  runtime: OnnxRuntime,
  { outputs, preprocessing = torchvisionPreprocessing, tokens, ...options }: OnnxFeaturesOptions = {},
): Promise<FeatureExtractor> {
  const description = describeOnnx(model);
  const layers = outputs ?? description.outputs.map(({ name }) => name);
  const layout = layoutOf(description.inputs);
  const session = await OnnxSession.open(withOutputs(model, layers), runtime, options);
  return {
    layers,
    async features(images): Promise<FeatureMap[]> {
      const [, height, width] = images.shape;
      const grid = tokens && gridOf([height, width], tokens);
      const answers = await session.run(
        { [layout.name]: preprocessed(images, preprocessing, layout) },
        layers,
      );
      return layers.map((layer) => {
        const answer = answers[layer];
        if (answer === undefined)
          throw new OnnxError('output', `expected features of ${layer}, received none`);
        return grid === undefined
          ? ofPixels(layer, answer, layout)
          : ofTokens(layer, answer, grid, tokens?.before ?? 1);
      });
    },
    dispose(): void {
      void session.dispose();
    },
  };
}

/** The input, and whether channels come before pixels in it. */
interface Layout {
  readonly name: string;
  readonly channelsFirst: boolean;
}

function layoutOf(inputs: readonly OnnxPort[]): Layout {
  const [port, ...others] = inputs;
  const { name = '', type, shape } = port ?? {};
  const channelsFirst = shape?.length === 4 && shape[1] === 3;
  const channelsLast = shape?.length === 4 && shape[3] === 3;
  if (others.length === 0 && type === FLOAT32 && (channelsFirst || channelsLast))
    return { name, channelsFirst };
  // Files of vision transformers leave even the channels open.
  const open = shape?.length === 4 && shape.every((side) => typeof side !== 'number');
  if (others.length === 0 && type === FLOAT32 && open) return { name, channelsFirst: true };
  const received = inputs.map((input) => `${input.name} [${input.shape?.map((side) => side ?? '?') ?? '?'}]`);
  throw new OnnxError(
    'input',
    `expected a model of one input of images, [B, 3, H, W] or [B, H, W, 3] of float32, received ${received.join(', ') || 'none'}`,
  );
}

/** Number of float32 in `TensorProto.DataType`. */
const FLOAT32 = 1;

function preprocessed(
  { data, shape }: ImageBatch,
  { scale, order, mean, deviation }: Preprocessing,
  { channelsFirst }: Layout,
): GraphTensor {
  const [batch, height, width] = shape;
  const pixels = height * width;
  const values = new Float32Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const source = order === 'bgr' ? 2 - channel : channel;
    const gain = scale / 255 / (deviation[channel] ?? 1);
    const shift = (mean[channel] ?? 0) / (deviation[channel] ?? 1);
    for (let image = 0; image < batch; image++) {
      const start = image * pixels * 3;
      for (let pixel = 0; pixel < pixels; pixel++) {
        const at = channelsFirst ? start + channel * pixels + pixel : start + pixel * 3 + channel;
        values[at] = (data[start + pixel * 3 + source] ?? 0) * gain - shift;
      }
    }
  }
  const sides = channelsFirst ? [batch, 3, height, width] : [batch, height, width, 3];
  return { type: 'float32', shape: sides, data: values };
}

function ofPixels(layer: string, { data, shape }: GraphTensor, { channelsFirst }: Layout): FeatureMap {
  const [batch, a, b, c] = shape;
  if (!(data instanceof Float32Array) || shape.length !== 4 || batch === undefined) {
    throw unfit(layer, channelsFirst ? '[B, C, h, w]' : '[B, h, w, C]', shape);
  }
  if (!channelsFirst) return { layer, data, shape: [batch, a ?? 0, b ?? 0, c ?? 0] };
  const [channels = 0, height = 0, width = 0] = [a, b, c];
  const pixels = height * width;
  const moved = new Float32Array(data.length);
  for (let image = 0; image < batch; image++) {
    const start = image * channels * pixels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        moved[start + pixel * channels + channel] = data[start + channel * pixels + pixel] ?? 0;
      }
    }
  }
  return { layer, data: moved, shape: [batch, height, width, channels] };
}

/** Rows and columns of patches. */
function gridOf([height, width]: Size, { patch }: VisionTokens): Size {
  if (height % patch === 0 && width % patch === 0 && height > 0 && width > 0)
    return [height / patch, width / patch];
  throw new RangeError(`expected images with sides in multiples of ${patch}, received ${height}x${width}`);
}

function ofTokens(
  layer: string,
  { data, shape }: GraphTensor,
  [rows, columns]: Size,
  before: number,
): FeatureMap {
  const [batch, count, channels] = shape;
  const wanted = before + rows * columns;
  if (!(data instanceof Float32Array) || batch === undefined || channels === undefined || count !== wanted) {
    throw unfit(layer, `[B, ${wanted}, C]: ${before} tokens, then ${rows} x ${columns} of patches`, shape);
  }
  const patches = new Float32Array(batch * rows * columns * channels);
  for (let image = 0; image < batch; image++) {
    const start = (image * count + before) * channels;
    patches.set(data.subarray(start, (image + 1) * count * channels), image * rows * columns * channels);
  }
  return { layer, data: patches, shape: [batch, rows, columns, channels] };
}

function unfit(layer: string, expected: string, shape: readonly number[]): OnnxError {
  return new OnnxError(
    'output',
    `${layer}: expected features ${expected} of float32, received [${shape.join(', ')}]`,
  );
}
