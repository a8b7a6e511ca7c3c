import {
  type ByteRange,
  decodeSafetensor,
  encodeSafetensors,
  parseSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  SafetensorsError,
  type SafetensorsHeader,
  type StoredTensor,
  safetensorsBytes,
  safetensorsHeaderEnd,
} from '@utad/files';
import { type Preprocessing, torchvisionPreprocessing } from '../preprocessing';
import {
  checkFinite,
  checkShape,
  countOf,
  expectedShape,
  type Size,
  type Vgg19Weights,
  vgg19Layers,
  vgg19Sha256,
  vgg19Shapes,
  type WeightTensor,
  weightTensor,
} from '../weights';
import { listed, unusable, WeightsError, type WeightsErrorCode } from '../weights-error';

/** A file of which any part can be had: on a disk, behind a URL, in memory. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `offset` on, as many as asked for; asked for are only bytes that the file has. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * VGG-19 weights from a `.safetensors` file with torchvision's names (`features.0.weight`, behind any prefix; timm's are
 * the same) or with those that this package writes. Only the header and the bytes of the layers up to conv3_4 are read:
 * 9.3 of torchvision's 574 MB. Values may be F32, F16 or BF16; kernels OIHW are turned to HWIO.
 *
 * @throws WeightsError when the header is malformed, longer than 4 MiB, or does not fit the file; when a layer is missing,
 *   there twice, of another shape or type, or has values that are no finite numbers. What `read` throws passes through.
 *
 * @example
 * const file = { size: blob.size, read: async (at, n) => new Uint8Array(await blob.slice(at, at + n).arrayBuffer()) };
 * const weights = await vgg19WeightsFromSafetensors(file);
 */
export async function vgg19WeightsFromSafetensors(
  file: ByteSource,
  options: SafetensorsOptions = {},
): Promise<Vgg19Weights> {
  return readSafetensors(file, options, 'VGG-19');
}

/** @param unnamed what weights are called that neither the file nor the caller has a name for. */
export async function readSafetensors(
  file: ByteSource,
  options: SafetensorsOptions,
  unnamed: string,
): Promise<Vgg19Weights> {
  const plan = await readPlan(file);
  const bytes = new Uint8Array(plan.ranges.reduce((sum, { begin, end }) => sum + end - begin, 0));
  let filled = 0;
  for (const { begin, end } of plan.ranges) {
    bytes.set(await exactly(file, begin, end - begin), filled);
    filled += end - begin;
  }
  return plan.weights(bytes, { ...options, name: options.name ?? plan.name ?? unnamed });
}

/** Which parts of a safetensors file to read, from its header. */
export async function readPlan(file: ByteSource): Promise<SafetensorsPlan> {
  return planSafetensors(await readHeader(file));
}

/** What a safetensors file says of itself. */
async function readHeader(file: ByteSource): Promise<SafetensorsHeader> {
  const start = await exactly(file, 0, Math.min(file.size, SAFETENSORS_LENGTH_BYTES));
  try {
    const end = safetensorsHeaderEnd(start, file.size);
    return parseSafetensorsHeader(await exactly(file, 0, end), file.size);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    const { code, message, tensor } = error;
    throw new WeightsError(code, `VGG-19 weights: ${message}`, tensor, { cause: error });
  }
}

/** @throws WeightsError when fewer bytes come than were asked for. */
async function exactly(file: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await file.read(offset, length);
  if (bytes.length === length) return bytes;
  throw unusable('size', `${length} bytes from byte ${offset} on, received ${bytes.length}`);
}

/** What a safetensors file does not say. */
export interface SafetensorsOptions {
  /** What to call the weights. Default what the file says, else `VGG-19`. */
  name?: string;
  /**
   * What the weights expect of an image. Default what the file says; with torchvision's names and none said,
   * {@link torchvisionPreprocessing}.
   */
  preprocessing?: Preprocessing;
}

/** Which bytes of a safetensors file hold VGG-19 up to conv3_4, and how they become weights. */
export interface SafetensorsPlan {
  /** In the order of the file. */
  readonly ranges: readonly ByteRange[];
  /** What the file calls its weights. */
  readonly name: string | undefined;
  /** @param bytes those of the ranges, one after the other. */
  weights(bytes: Uint8Array, options: SafetensorsOptions & { readonly name: string }): Vgg19Weights;
}

/** Ranges nearer than that are read as one: reading what is between costs less than asking twice. */
const NEAR = 2 ** 16;

/**
 * @throws WeightsError when a tensor is missing, there twice, of another shape or of a type that is not read, or the file
 *   does not say what its weights expect of an image.
 */
function planSafetensors(header: SafetensorsHeader): SafetensorsPlan {
  const own = [...header.tensors.keys()].some((name) => name === 'conv1_1/kernel');
  const layout = own ? ownLayout : torchvisionLayout;
  const found = findTensors(header, layout);
  const ranges = merged([...found.values()]);
  return {
    ranges,
    name: header.metadata.name,
    weights(bytes, { name, preprocessing = preprocessingOf(header, own) }) {
      const tensors: Record<string, WeightTensor> = {};
      for (const [name, stored] of found) {
        const offset = offsetIn(ranges, stored.begin);
        const part = bytes.subarray(offset, offset + stored.end - stored.begin);
        tensors[name] = layout.arranged(decodeSafetensor(part, stored).data, layout.here(stored.shape));
      }
      checkFinite(tensors);
      return { name, sha256: vgg19Sha256(tensors), preprocessing, tensors };
    },
  };
}

function preprocessingOf({ metadata }: SafetensorsHeader, own: boolean): Preprocessing {
  if (metadata.preprocessing !== undefined) return parsePreprocessing(metadata.preprocessing);
  if (!own) return torchvisionPreprocessing;
  throw unusable('malformed', 'a preprocessing in the metadata of the safetensors file, found none');
}

function findTensors(header: SafetensorsHeader, layout: Layout): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  const missing: string[] = [];
  const shapeOf = (name: string) => layout.here(found.get(name)?.shape ?? []);
  for (const name of vgg19Shapes.keys()) {
    const wanted = layout.names.get(name) ?? name;
    const [first, second] = calledAs(header, [wanted]);
    if (first === undefined) {
      missing.push(wanted);
      continue;
    }
    const [key, tensor] = first;
    if (second) throw unusable('ambiguous', `one ${wanted}, found ${key} and ${second[0]}`, wanted);
    checkShape(key, tensor.shape, layout.stored(expectedShape(name, shapeOf)));
    checkBytes(key, tensor, unusable);
    found.set(name, tensor);
  }
  if (missing.length === 0) return found;
  const there = listed([...header.tensors.keys()]);
  throw unusable('missing', `${missing.join(', ')}, found ${there}`, missing[0]);
}

/** The tensors with one of these names, behind any prefix that ends in a dot. */
function calledAs({ tensors }: SafetensorsHeader, wanted: readonly string[]): [string, StoredTensor][] {
  const isWanted = (key: string) => wanted.some((name) => key === name || key.endsWith(`.${name}`));
  return [...tensors].filter(([key]) => isWanted(key));
}

type Refuse = (code: WeightsErrorCode, expected: string, subject?: string) => WeightsError;

/** @throws WeightsError for a type that is not read, and where there are not as many bytes as the shape needs. */
function checkBytes(name: string, { dtype, shape, begin, end }: StoredTensor, refuse: Refuse): void {
  const width = safetensorsBytes.get(dtype);
  if (width === undefined) {
    const types = [...safetensorsBytes.keys()].join(' or ');
    throw refuse('dtype', `${name} as ${types}, received ${dtype}`, name);
  }
  const bytes = width * countOf(shape);
  if (end - begin !== bytes) throw refuse('size', `${name} in ${bytes} bytes, received ${end - begin}`, name);
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

/** Which tensor of a safetensors file is which of VGG-19's, and how its axes lie. */
interface Layout {
  /** The name in the file, behind any prefix that ends in a dot, by VGG-19's name here. */
  readonly names: ReadonlyMap<string, string>;
  /** The shape in the file of a tensor that has this one here. */
  stored(shape: readonly Size[]): readonly Size[];
  /** The shape here of a tensor that has this one in the file. */
  here(stored: readonly number[]): readonly number[];
  /** The values as they lie here, from the values as they lie in the file. */
  arranged(stored: Float32Array, shape: readonly number[]): WeightTensor;
}

/** What this package itself writes: its own names, kernels HWIO. */
const ownLayout: Layout = {
  names: /* @__PURE__ */ names((layer) => [`${layer}/kernel`, `${layer}/bias`]),
  stored: (shape) => shape,
  here: (stored) => stored,
  arranged: (data, shape) => ({ shape, data }),
};

/** torchvision's and timm's: `features.<n>`, n counting ReLUs and poolings too, kernels OIHW. */
const torchvisionLayout: Layout = {
  names: /* @__PURE__ */ names((_, n) => [`features.${n}.weight`, `features.${n}.bias`]),
  stored(shape) {
    const [height, width, inputs, filters] = shape;
    return shape.length === 4 ? [filters, inputs, height, width] : shape;
  },
  here(stored) {
    const [filters = 0, inputs = 0, height = 0, width = 0] = stored;
    return stored.length === 4 ? [height, width, inputs, filters] : stored;
  },
  arranged(data, shape) {
    const [height = 0, width = 0, inputs = 0, filters] = shape;
    return { shape, data: filters === undefined ? data : toHwio(data, height * width, inputs, filters) };
  },
};

function names(pair: (layer: string, n: number) => readonly [string, string]): Map<string, string> {
  const map = new Map<string, string>();
  let n = 0;
  for (const { name, pooled } of vgg19Layers) {
    if (pooled) n += 1;
    const [kernel, bias] = pair(name, n);
    map.set(`${name}/kernel`, kernel).set(`${name}/bias`, bias);
    n += 2;
  }
  return map;
}

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
function parsePreprocessing(text: string): Preprocessing {
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
  throw unusable('malformed', expected);
}

function isThree(value: unknown): value is Three {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** How {@link encodeVgg19Weights} writes. */
export interface EncodeOptions {
  /** F16 takes half the room (4.7 MB) and rounds values to 11 significant bits. Default F32. */
  readonly dtype?: 'F32' | 'F16';
  /** Further facts for people, such as where the weights come from. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * VGG-19 weights as a `.safetensors` file, which every reader here takes: this package's names, kernels HWIO, name and
 * preprocessing in the metadata. Equal weights make equal files.
 *
 * @throws WeightsError when a tensor is missing or of another shape.
 */
export function encodeVgg19Weights(
  weights: Vgg19Weights,
  { dtype = 'F32', metadata = {} }: EncodeOptions = {},
): Uint8Array {
  const { name, preprocessing, tensors } = weights;
  const facts = { ...metadata, name, preprocessing: JSON.stringify(preprocessing) };
  const named = [...vgg19Shapes.keys()].map((key) => [key, weightTensor(tensors, key)] as const);
  return encodeSafetensors(new Map(named), facts, { dtype });
}

/**
 * The channel weights of a scorer from a `.safetensors` file, such as the linear layers of LPIPS: for the first of
 * `layers` the tensor `lin0.model.1.weight`, as LPIPS calls it, or `lin0`, or one called as the layer is; for the second
 * `lin1` and so on; behind any prefix that ends in a dot. Their shape is `[1, C, 1, 1]` or `[C]`, their type F32, F16 or
 * BF16. Only these tensors are read.
 *
 * @param layers of the extractor, in its order.
 * @throws WeightsError when the header is malformed or does not fit the file; when the weights of a layer are missing,
 *   there twice, of another shape or type, negative or no finite numbers. What `file.read` throws passes through.
 *
 * @example
 * const channelWeights = await channelWeightsFromSafetensors(file, extractor.layers);
 * const lpips = new PerceptualScorer(extractor, { channelWeights, difference: 'l2', normalize: 'unit' });
 */
export async function channelWeightsFromSafetensors(
  file: ByteSource,
  layers: readonly string[],
): Promise<Float32Array[]> {
  const header = await readHeader(file);
  const weights: Float32Array[] = [];
  for (const [index, layer] of layers.entries()) {
    const [name, stored] = findWeights(header, layer, index);
    const { begin, end } = stored;
    const { data: values } = decodeSafetensor(await exactly(file, begin, end - begin), stored);
    const wrong = values.find((value) => !(Number.isFinite(value) && value >= 0));
    if (wrong !== undefined) {
      throw unfit('value', `values of at least 0 in ${name}, received ${wrong}`, name);
    }
    weights.push(values);
  }
  return weights;
}

function findWeights(header: SafetensorsHeader, layer: string, index: number): [string, StoredTensor] {
  const wanted = [`lin${index}.model.1.weight`, `lin${index}`, layer];
  const [first, second] = calledAs(header, wanted);
  if (first === undefined) {
    const found = listed([...header.tensors.keys()]);
    throw unfit('missing', `${wanted.join(' or ')}, found ${found}`, wanted[0]);
  }
  const [name, tensor] = first;
  if (second) throw unfit('ambiguous', `one of ${wanted.join(', ')}, found ${name} and ${second[0]}`, name);
  const { shape } = tensor;
  const count = countOf(shape);
  if (count === 0 || ![`${[count]}`, `${[1, count, 1, 1]}`].includes(`${shape}`)) {
    throw unfit('shape', `${name} of shape [1,C,1,1] or [C], received [${shape}]`, name);
  }
  checkBytes(name, tensor, unfit);
  return first;
}

const unfit: Refuse = (code, expected, subject) =>
  new WeightsError(code, `channel weights: expected ${expected}`, subject);
