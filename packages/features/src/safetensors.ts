import {
  type ByteRange,
  type ByteSource,
  decodeSafetensor,
  encodeSafetensors,
  readBytes,
  readSafetensorsHeader,
  SafetensorsError,
  type SafetensorsHeader,
  type StoredTensor,
  safetensorsBytes,
} from '@utad/files';
import { type Backbone, type Convolution, convolutionsOf, selectLayers } from './backbone';
import type { Preprocessing } from './preprocessing';
import {
  type BackboneWeights,
  checkShape,
  countOf,
  expectedShape,
  namesThrough,
  type Size,
  type WeightsOptions,
  type WeightTensor,
  weightsOf,
  weightTensor,
} from './weights';
import { listed, unusable, WeightsError } from './weights-error';

/**
 * Weights from a `.safetensors` file with torchvision's names (`features.0.weight`, `layer1.0.conv1.weight`, behind any
 * prefix; timm's are the same) or with those that this package writes. Only the header and the bytes of what lies before the
 * deepest layer are read: 9.3 MB of the 574 of torchvision's VGG-19. Values may be F32, F16 or BF16; kernels OIHW are turned to
 * HWIO, and batch norm is folded into kernels and biases.
 *
 * @throws WeightsError when the header is malformed, longer than 4 MiB, or does not fit the file; when a tensor is missing,
 *   there twice, of another shape or type, or has values that are no finite numbers, or a stage has blocks that the backbone
 *   does not have. What `read` throws passes through.
 *
 * @example
 * const file = { size: blob.size, read: async (at, n) => new Uint8Array(await blob.slice(at, at + n).arrayBuffer()) };
 * const weights = await weightsFromSafetensors(resnet18, file);
 */
export async function weightsFromSafetensors(
  backbone: Backbone,
  file: ByteSource,
  options: WeightsOptions = {},
): Promise<BackboneWeights> {
  return readSafetensors(backbone, file, options, backbone.title);
}

/** @param unnamed what weights are called that neither the file nor the caller has a name for. */
export async function readSafetensors(
  backbone: Backbone,
  file: ByteSource,
  options: WeightsOptions,
  unnamed: string,
): Promise<BackboneWeights> {
  const plan = await readPlan(backbone, file, options);
  const bytes = new Uint8Array(plan.ranges.reduce((sum, { begin, end }) => sum + end - begin, 0));
  let filled = 0;
  for (const { begin, end } of plan.ranges) {
    bytes.set(await ofWeights(backbone, () => readBytes(file, begin, end - begin)), filled);
    filled += end - begin;
  }
  return plan.weights(bytes, unnamed);
}

/** Which bytes of a safetensors file hold the weights, and how they become weights. */
export interface SafetensorsPlan {
  /** In the order of the file. */
  readonly ranges: readonly ByteRange[];
  /**
   * @param bytes those of the ranges, one after the other.
   * @param unnamed as {@link readSafetensors} has it.
   */
  weights(bytes: Uint8Array, unnamed: string): BackboneWeights;
}

/** Ranges nearer than that are read as one: reading what is between costs less than asking twice. */
const NEAR = 2 ** 16;

/**
 * Which parts of a safetensors file to read, from its header.
 *
 * @throws WeightsError when a tensor is missing, there twice, of another shape or of a type that is not read, or the file
 *   does not say what its weights expect of an image.
 */
export async function readPlan(
  backbone: Backbone,
  file: ByteSource,
  options: WeightsOptions,
): Promise<SafetensorsPlan> {
  const header = await ofWeights(backbone, () => readSafetensorsHeader(file));
  const convolutions = convolutionsOf(selectLayers(backbone, options.layers).steps);
  const own = header.tensors.has(`${convolutions[0]?.name}/kernel`);
  const layout = own ? ownLayout : torchvisionLayout;
  const found = findTensors(backbone, header, layout, convolutions);
  const ranges = merged([...found.values()]);
  return {
    ranges,
    weights(bytes, unnamed) {
      const valuesOf = (name: string) => {
        const stored = found.get(name);
        if (stored === undefined) return undefined;
        const offset = offsetIn(ranges, stored.begin);
        return decodeSafetensor(bytes.subarray(offset, offset + stored.end - stored.begin), stored);
      };
      const tensors: Record<string, WeightTensor> = {};
      for (const { name } of convolutions) {
        const { kernel, bias } = layout.folded((part) => valuesOf(`${name}/${part}`));
        tensors[`${name}/kernel`] = kernel;
        tensors[`${name}/bias`] = bias;
      }
      const {
        name = header.metadata.name ?? unnamed,
        preprocessing = preprocessingOf(backbone, header, own),
      } = options;
      return weightsOf(backbone, tensors, { name, preprocessing });
    },
  };
}

/** Has what is wrong with a file said as being wrong with weights. */
async function ofWeights<T>(backbone: Backbone, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    const { code, message, tensor } = error;
    throw new WeightsError(code, `${backbone.title} weights: ${message}`, tensor, { cause: error });
  }
}

function preprocessingOf(backbone: Backbone, { metadata }: SafetensorsHeader, own: boolean): Preprocessing {
  if (metadata.preprocessing !== undefined) return parsePreprocessing(backbone, metadata.preprocessing);
  if (!own) return backbone.preprocessing;
  throw unusable(
    backbone,
    'malformed',
    'a preprocessing in the metadata of the safetensors file, found none',
  );
}

/** By their names here, such as `conv1/kernel`, `conv1/bias` and, of batch norm, `conv1/gain`. */
function findTensors(
  backbone: Backbone,
  header: SafetensorsHeader,
  layout: Layout,
  convolutions: readonly Convolution[],
): Map<string, StoredTensor> {
  const { tensors } = header;
  const named = byKnownName(backbone, tensors, layout);
  const found = new Map<string, StoredTensor>();
  const missing: string[] = [];
  const shapeOf = (name: string) => layout.here(found.get(name)?.shape ?? []);
  for (const convolution of convolutions) {
    for (const [part, wanted] of Object.entries(layout.names(convolution))) {
      const [first, second] = named.get(wanted) ?? [];
      if (first === undefined) {
        missing.push(wanted);
        continue;
      }
      const [key, tensor] = first;
      if (second) {
        throw unusable(backbone, 'ambiguous', `one ${wanted}, found ${key} and ${second[0]}`, wanted);
      }
      const alike = `${convolution.name}/${part === 'kernel' ? part : 'bias'}`;
      checkShape(backbone, key, tensor.shape, layout.stored(expectedShape(backbone, alike, shapeOf)));
      checkBytes(backbone, key, tensor);
      found.set(`${convolution.name}/${part}`, tensor);
    }
  }
  if (missing.length > 0) {
    const there = listed([...tensors.keys()]);
    throw unusable(backbone, 'missing', `${listed(missing)}, found ${there}`, missing[0]);
  }
  refuseOthers(backbone, header, named);
  return found;
}

/** The tensors of a file by the name of the backbone that each ends in, behind any prefix that ends in a dot. */
function byKnownName(
  backbone: Backbone,
  tensors: SafetensorsHeader['tensors'],
  layout: Layout,
): Map<string, [key: string, tensor: StoredTensor][]> {
  const { steps } = backbone;
  const known = convolutionsOf(steps).flatMap((convolution) => Object.values(layout.names(convolution)));
  // `layer1.0.conv1.weight` is not `conv1.weight` behind a prefix.
  const longestFirst = known.sort((a, b) => b.length - a.length);
  const named = new Map<string, [string, StoredTensor][]>();
  for (const [key, tensor] of tensors) {
    const name = longestFirst.find((one) => key === one || key.endsWith(`.${one}`));
    if (name === undefined || layerIn(backbone, key.slice(0, -name.length)) !== undefined) continue;
    named.set(name, [...(named.get(name) ?? []), [key, tensor]]);
  }
  return named;
}

/** The layer that a name in the file is below: `layer1` of `module.layer1.2.conv1.weight`. */
function layerIn({ layers }: Backbone, name: string): string | undefined {
  return layers.find((layer) => `.${name}`.includes(`.${layer}.`));
}

/**
 * A deeper network has all that a shallower one has, and more.
 *
 * @throws WeightsError `shape` for a convolution within a layer that the backbone does not have there.
 */
function refuseOthers(
  backbone: Backbone,
  { tensors }: SafetensorsHeader,
  named: ReturnType<typeof byKnownName>,
): void {
  const known = new Set([...named.values()].flatMap((found) => found.map(([key]) => key)));
  for (const [key, { shape }] of tensors) {
    const layer = layerIn(backbone, key);
    if (layer === undefined || shape.length !== 4 || known.has(key)) continue;
    const expected = `no ${key} in ${layer}, found it: a file of another network`;
    throw unusable(backbone, 'shape', expected, key);
  }
}

/** @throws WeightsError for a type that is not read, and where there are not as many bytes as the shape needs. */
function checkBytes(backbone: Backbone, name: string, { dtype, shape, begin, end }: StoredTensor): void {
  const width = safetensorsBytes.get(dtype);
  if (width === undefined) {
    const types = [...safetensorsBytes.keys()].join(' or ');
    throw unusable(backbone, 'dtype', `${name} as ${types}, received ${dtype}`, name);
  }
  const bytes = width * countOf(shape);
  if (end - begin === bytes) return;
  throw unusable(backbone, 'size', `${name} in ${bytes} bytes, received ${end - begin}`, name);
}

function merged(tensors: readonly StoredTensor[]): ByteRange[] {
  const ranges: { begin: number; end: number }[] = [];
  for (const { begin, end } of [...tensors].sort((a, b) => a.begin - b.begin)) {
    const last = ranges.at(-1);
    if (last !== undefined && begin - last.end <= NEAR) last.end = end;
    else ranges.push({ begin, end });
  }
  return ranges;
}

/** Where a byte of the file lies in the bytes of the ranges. */
function offsetIn(ranges: readonly ByteRange[], position: number): number {
  let before = 0;
  for (const { begin, end } of ranges) {
    if (position < end) return before + position - begin;
    before += end - begin;
  }
  return before;
}

/** What a file has of a convolution: its kernel and bias, and gain, shift, mean and variance of the batch norm behind it. */
type Part = 'kernel' | 'bias' | 'gain' | 'shift' | 'mean' | 'variance';

/** Which tensor of a safetensors file is which of the backbone's, and how its axes lie. */
interface Layout {
  /** The names in the file, behind any prefix that ends in a dot. */
  names(convolution: Convolution): Partial<Record<Part, string>>;
  /** The shape in the file of a tensor that has this one here. */
  stored(shape: readonly Size[]): readonly Size[];
  /** The shape here of a tensor that has this one in the file. */
  here(stored: readonly number[]): readonly number[];
  /** Kernel and bias as they lie here, from the parts as they lie in the file; undefined where it has none. */
  folded(part: (name: Part) => WeightTensor | undefined): { kernel: WeightTensor; bias: WeightTensor };
}

const NOTHING: WeightTensor = { shape: [], data: new Float32Array() };

/** What this package itself writes: its own names, kernels HWIO, batch norm folded already. */
const ownLayout: Layout = {
  names: ({ name }) => ({ kernel: `${name}/kernel`, bias: `${name}/bias` }),
  stored: (shape) => shape,
  here: (stored) => stored,
  folded: (part) => ({ kernel: part('kernel') ?? NOTHING, bias: part('bias') ?? NOTHING }),
};

/** That of torchvision's batch norm. */
const NORM_EPSILON = 1e-5;

/** torchvision's and timm's: kernels OIHW. */
const torchvisionLayout: Layout = {
  names: ({ name, torchvision = name, bias, norm }) => ({
    kernel: `${torchvision}.weight`,
    ...(bias && { bias: `${torchvision}.bias` }),
    ...(norm !== undefined && {
      gain: `${norm}.weight`,
      shift: `${norm}.bias`,
      mean: `${norm}.running_mean`,
      variance: `${norm}.running_var`,
    }),
  }),
  stored(shape) {
    const [height, width, inputs, filters] = shape;
    return shape.length === 4 ? [filters, inputs, height, width] : shape;
  },
  here(stored) {
    const [filters = 0, inputs = 0, height = 0, width = 0] = stored;
    return stored.length === 4 ? [height, width, inputs, filters] : stored;
  },
  folded(part) {
    const { shape, data } = part('kernel') ?? NOTHING;
    const [filters = 0, inputs = 0, height = 0, width = 0] = shape;
    const kernel = toHwio(data, height * width, inputs, filters);
    const bias = part('bias')?.data ?? new Float32Array(filters);
    const [gain, shift, mean, variance] = [part('gain'), part('shift'), part('mean'), part('variance')];
    if (gain && shift && mean && variance) {
      const factors = Array.from(
        gain.data,
        (value, f) => value / Math.sqrt((variance.data[f] ?? Number.NaN) + NORM_EPSILON),
      );
      for (const [f, factor] of factors.entries()) {
        const moved = (bias[f] ?? Number.NaN) - (mean.data[f] ?? Number.NaN);
        bias[f] = (shift.data[f] ?? Number.NaN) + moved * factor;
      }
      for (let i = 0; i < kernel.length; i++) {
        kernel[i] = (kernel[i] ?? Number.NaN) * (factors[i % filters] ?? Number.NaN);
      }
    }
    return {
      kernel: { shape: [height, width, inputs, filters], data: kernel },
      bias: { shape: [filters], data: bias },
    };
  },
};

/** `[O, I, places]` to `[places, I, O]`. */
function toHwio(stored: Float32Array, places: number, inputs: number, filters: number): Float32Array {
  const data = new Float32Array(stored.length);
  let from = 0;
  for (let o = 0; o < filters; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let place = 0; place < places; place++) {
        data[(place * inputs + i) * filters + o] = stored[from++] ?? Number.NaN;
      }
    }
  }
  return data;
}

type Three = readonly [number, number, number];

/** A preprocessing that was written as JSON. */
function parsePreprocessing(backbone: Backbone, text: string): Preprocessing {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is not a preprocessing either.
  }
  if (typeof value === 'object' && value !== null) {
    const { name, scale, order, mean, deviation }: Record<string, unknown> = { ...value };
    const known = order === 'rgb' || order === 'bgr';
    if (typeof name === 'string' && isNumber(scale) && known && isThree(mean) && isThree(deviation)) {
      if (deviation.every((d) => d > 0)) return { name, scale, order, mean, deviation };
    }
  }
  const expected = `a preprocessing { name, scale, order, mean, deviation } in the metadata, received ${text.slice(0, 80)}`;
  throw unusable(backbone, 'malformed', expected);
}

function isThree(value: unknown): value is Three {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** How {@link encodeWeights} writes. */
export interface EncodeOptions {
  /** F16 takes half the room and rounds values to 11 significant bits. Default F32. */
  readonly dtype?: 'F32' | 'F16';
  /** Further facts for people, such as where the weights come from. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Weights as a `.safetensors` file, which every reader here takes: this package's names, kernels HWIO, name and
 * preprocessing in the metadata. Equal weights make equal files.
 *
 * @throws WeightsError when a tensor is missing or of another shape.
 */
export function encodeWeights(
  { backbone, name, preprocessing, tensors }: BackboneWeights,
  { dtype = 'F32', metadata = {} }: EncodeOptions = {},
): Uint8Array {
  const facts = { ...metadata, name, preprocessing: JSON.stringify(preprocessing) };
  const named = namesThrough(backbone, tensors).map(
    (key) => [key, weightTensor(backbone, tensors, key)] as const,
  );
  return encodeSafetensors(new Map(named), facts, { dtype });
}
