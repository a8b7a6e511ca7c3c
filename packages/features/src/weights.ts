import { sha256 } from '@utad/files';
import { type Backbone, type Convolution, convolutionsOf, stepInputs } from './backbone';
import type { Preprocessing } from './preprocessing';
import { listed, unusable } from './weights-error';

/** One kernel or bias as plain data. */
export interface WeightTensor {
  /** Kernels `[height, width, inputs, filters]`, biases `[filters]`. */
  readonly shape: readonly number[];
  /** The values, the last axis fastest. */
  readonly data: Float32Array;
}

/** Kernels and biases by name, such as `conv1_1/kernel` (HWIO) and `conv1_1/bias`. */
export type WeightTensors = Readonly<Record<string, WeightTensor>>;

/**
 * The weights of a backbone up to some depth, with what must be known to use and to cite them. Batch norm is folded into
 * them. Of a backbone of any width, widths may be others than the published ones, as long as each kernel takes what the
 * one before gives.
 */
export interface BackboneWeights {
  /** Whose weights they are. */
  readonly backbone: Backbone;
  /** For people, as in `made with <name>`. */
  readonly name: string;
  /** From {@link weightsSha256}. */
  readonly sha256: string;
  /** What the weights expect of an image. */
  readonly preprocessing: Preprocessing;
  /** Kernel and bias of each convolution up to that depth. */
  readonly tensors: WeightTensors;
  /** Of random weights. */
  readonly seed?: number;
}

/** What can be said of weights where they are read. */
export interface WeightsOptions {
  /** What to call the weights. Default what the file says, else its folder, file or URL, else the backbone's title. */
  readonly name?: string;
  /** What the weights expect of an image. Default what the file says, else what its makers' weights expect. */
  readonly preprocessing?: Preprocessing;
  /** Layers that are to be reached; what lies behind the deepest is not read. Default the backbone's `defaultLayers`. */
  readonly layers?: readonly string[];
}

/** Whether what a detector is given is weights of this backbone. */
export function isWeightsOf(backbone: Backbone, value: object): value is BackboneWeights {
  if (!('tensors' in value && 'preprocessing' in value && 'backbone' in value)) return false;
  const { name }: { name?: unknown } = { ...Object(value.backbone) };
  return name === backbone.name;
}

/** `conv1_1/kernel` and `conv1_1/bias`, of each convolution. */
export function tensorNames(convolutions: readonly Convolution[]): string[] {
  return convolutions.flatMap(({ name }) => [`${name}/kernel`, `${name}/bias`]);
}

/** The tensors up to the last convolution of which there is one, which all must be there. */
export function namesThrough(backbone: Backbone, tensors: WeightTensors): string[] {
  const names = tensorNames(convolutionsOf(backbone.steps));
  const last = Math.max(
    0,
    names.findLastIndex((name) => tensors[name] !== undefined),
  );
  return names.slice(0, last - (last % 2) + 2);
}

/** The tensor of that name, or a `WeightsError` when it is missing or does not fit the one before it. */
export function weightTensor(backbone: Backbone, tensors: WeightTensors, name: string): WeightTensor {
  const tensor = tensors[name];
  if (tensor === undefined) {
    throw unusable(backbone, 'missing', `${name}, found ${listed(Object.keys(tensors))}`, name);
  }
  const { shape, data } = tensor;
  const found = `${data.length} values of shape [${shape}]`;
  const expected = expectedShape(backbone, name, (other) => tensors[other]?.shape);
  checkShape(backbone, name, shape, expected, found);
  if (data.length !== countOf(shape)) {
    throw unusable(backbone, 'shape', `${name} of shape [${shape}], received ${found}`, name);
  }
  return tensor;
}

/**
 * SHA-256, in hexadecimal, of the names, shapes and little-endian bytes of the tensors, first convolution to last, kernel
 * before bias. Equal weights have equal hashes, however their files are cut; weights that reach deeper have another.
 *
 * @throws WeightsError when a tensor is missing or of another shape.
 */
export function weightsSha256(backbone: Backbone, tensors: WeightTensors): string {
  const encoder = new TextEncoder();
  return sha256(
    namesThrough(backbone, tensors).flatMap((name) => {
      const { shape, data } = weightTensor(backbone, tensors, name);
      const head = encoder.encode(`${name}\0${shape.join(',')}\0`);
      return [head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
    }),
  );
}

/** Weights of tensors that were read. Refuses values of which the network would make nothing but NaN. */
export function weightsOf(
  backbone: Backbone,
  tensors: WeightTensors,
  { name, preprocessing }: Pick<BackboneWeights, 'name' | 'preprocessing'>,
): BackboneWeights {
  for (const [name, { data }] of Object.entries(tensors)) {
    const index = data.findIndex((value) => !Number.isFinite(value));
    if (index < 0) continue;
    const expected = `finite values in ${name}, received ${data[index]} at ${index}`;
    throw unusable(backbone, 'value', expected, name);
  }
  return { backbone, name, sha256: weightsSha256(backbone, tensors), preprocessing, tensors };
}

/** The number of values in a tensor of that shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A size that a tensor is to have; undefined where any width will do. */
export type Size = number | undefined;

/** Wider ones are something else, and nothing is allocated for them. */
const WIDEST = 4096;

/**
 * The shape that a tensor has to have beside the others: that of the published network or, of a backbone of any width,
 * kernels that each take as many channels as the one before gives, and biases as long as their kernel is wide.
 *
 * @param name such as `conv1_2/kernel`.
 * @param shapeOf the shapes of the others, kernels as `[height, width, inputs, filters]`.
 */
export function expectedShape(
  { steps, anyWidth = false }: Backbone,
  name: string,
  shapeOf: (name: string) => readonly number[] | undefined,
): readonly Size[] {
  const [convolution, kind] = name.split('/');
  const index = steps.findIndex((step) => step.name === convolution);
  const step = steps[index];
  if (step?.op !== 'conv') throw new RangeError(`expected the name of a convolution, received ${name}`);
  const { kernel, inputs, filters } = step;
  if (kind === 'bias') return [anyWidth ? shapeOf(`${convolution}/kernel`)?.[3] : filters];
  if (!anyWidth) return [kernel, kernel, inputs, filters];
  /** Channels of what a step takes: of the image, or those of the convolution that it comes from. */
  const widthInto = (at: number): Size => {
    const [from] = stepInputs(steps, at);
    const before = steps.findIndex((other) => other.name === from);
    if (before < 0) return 3;
    return steps[before]?.op === 'conv' ? shapeOf(`${from}/kernel`)?.[3] : widthInto(before);
  };
  return [kernel, kernel, widthInto(index), undefined];
}

/**
 * @param what the tensor in the message.
 * @param received what came, in words; default the shape.
 * @throws WeightsError when the shape is not the expected one.
 */
export function checkShape(
  of: Pick<Backbone, 'title'>,
  what: string,
  shape: readonly number[],
  expected: readonly Size[],
  received = `[${shape}]`,
): void {
  const fits = expected.every((size, axis) => {
    const found = shape[axis];
    return size === undefined ? found !== undefined && found >= 1 && found <= WIDEST : found === size;
  });
  if (fits && shape.length === expected.length) return;
  const sizes = expected.map((size) => size ?? 'C').join();
  const free = expected.includes(undefined) ? `, C from 1 to ${WIDEST}` : '';
  throw unusable(of, 'shape', `${what} of shape [${sizes}]${free}, received ${received}`, what);
}
