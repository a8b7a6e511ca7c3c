import { sha256 } from '@utad/files';
import type { Preprocessing } from './preprocessing';
import { listed, unusable } from './weights-error';

/** One convolution of VGG-19: 3x3, stride 1, zero padding 1, then ReLU. */
export interface Vgg19Layer {
  readonly name: string;
  /** Channels that the published network has before and after. */
  readonly inputs: number;
  readonly filters: number;
  /** Whether a 2x2 max-pooling of stride 2 comes before it. */
  readonly pooled: boolean;
}

/** VGG-19 up to conv3_4, first to last (Simonyan and Zisserman 2015, Table 1, column E). */
export const vgg19Layers: readonly Vgg19Layer[] = [
  { name: 'conv1_1', inputs: 3, filters: 64, pooled: false },
  { name: 'conv1_2', inputs: 64, filters: 64, pooled: false },
  { name: 'conv2_1', inputs: 64, filters: 128, pooled: true },
  { name: 'conv2_2', inputs: 128, filters: 128, pooled: false },
  { name: 'conv3_1', inputs: 128, filters: 256, pooled: true },
  { name: 'conv3_2', inputs: 256, filters: 256, pooled: false },
  { name: 'conv3_3', inputs: 256, filters: 256, pooled: false },
  { name: 'conv3_4', inputs: 256, filters: 256, pooled: false },
];

/** The paper's name of a layer, from it or from Keras' (`block1_conv2` is `conv1_2`). Other names come back as they are. */
export function shortLayerName(name: string): string {
  return name.replace(/^block(\d)_conv(\d)$/, 'conv$1_$2');
}

/** One kernel or bias as plain data. */
export interface WeightTensor {
  /** Kernels `[3, 3, inputs, filters]`, biases `[filters]`. */
  readonly shape: readonly number[];
  /** The values, the last axis fastest. */
  readonly data: Float32Array;
}

/** Kernels and biases by name, such as `conv1_1/kernel` (HWIO) and `conv1_1/bias`. */
export type WeightTensors = Readonly<Record<string, WeightTensor>>;

/**
 * The weights of VGG-19 up to conv3_4, with what must be known to use and to cite them. Widths may be others than the
 * published 64, 64, 128, 128 and four times 256, as long as each kernel takes what the one before gives.
 */
export interface Vgg19Weights {
  /** For people, as in `made with <name>`. */
  readonly name: string;
  /** From {@link vgg19Sha256}. */
  readonly sha256: string;
  /** What the weights expect of an image. */
  readonly preprocessing: Preprocessing;
  /** Kernel and bias of each convolution up to conv3_4. */
  readonly tensors: WeightTensors;
  /** Of random weights. */
  readonly seed?: number;
}

/** Every kernel and bias with the shape that the published network has, first layer to last, kernel before bias. */
export const vgg19Shapes: ReadonlyMap<string, readonly number[]> = /* @__PURE__ */ new Map(
  vgg19Layers.flatMap(({ name, inputs, filters }): [string, readonly number[]][] => [
    [`${name}/kernel`, [3, 3, inputs, filters]],
    [`${name}/bias`, [filters]],
  ]),
);

/** The tensor of that name, or a `WeightsError` when it is missing or does not fit the one before it. */
export function weightTensor(tensors: WeightTensors, name: string): WeightTensor {
  const tensor = tensors[name];
  if (tensor === undefined) {
    throw unusable('missing', `${name}, found ${listed(Object.keys(tensors))}`, name);
  }
  const { shape, data } = tensor;
  const found = `${data.length} values of shape [${shape}]`;
  checkShape(
    name,
    shape,
    expectedShape(name, (other) => tensors[other]?.shape),
    found,
  );
  if (data.length !== countOf(shape))
    throw unusable('shape', `${name} of shape [${shape}], received ${found}`, name);
  return tensor;
}

/**
 * SHA-256, in hexadecimal, of the names, shapes and little-endian bytes of the sixteen tensors, first layer to last. Equal
 * weights have equal hashes, however their files are cut.
 *
 * @throws WeightsError when a tensor is missing or of another shape.
 */
export function vgg19Sha256(tensors: WeightTensors): string {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const name of vgg19Shapes.keys()) {
    const { shape, data } = weightTensor(tensors, name);
    parts.push(encoder.encode(`${name}\0${shape.join(',')}\0`));
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return sha256(parts);
}

/** Refuses values of which the network would make nothing but NaN. */
export function checkFinite(tensors: WeightTensors): void {
  for (const [name, { data }] of Object.entries(tensors)) {
    const index = data.findIndex((value) => !Number.isFinite(value));
    if (index >= 0)
      throw unusable('value', `finite values in ${name}, received ${data[index]} at ${index}`, name);
  }
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
 * The shape that a tensor has to have beside the others: 3x3 kernels, each taking as many channels as the one before
 * gives, and biases as long as their kernel is wide. Widths are free: a narrower network of the same build fits.
 *
 * @param name such as `conv1_2/kernel`.
 * @param shapeOf the shapes of the others, kernels as `[height, width, inputs, filters]`.
 */
export function expectedShape(
  name: string,
  shapeOf: (name: string) => readonly number[] | undefined,
): readonly Size[] {
  const [layer = '', kind] = name.split('/');
  const widthOf = (kernel: string): Size => shapeOf(`${kernel}/kernel`)?.[3];
  if (kind === 'bias') return [widthOf(layer)];
  const before = vgg19Layers[vgg19Layers.findIndex((other) => other.name === layer) - 1];
  return [3, 3, before === undefined ? 3 : widthOf(before.name), undefined];
}

/**
 * @param what the tensor in the message.
 * @param received what came, in words; default the shape.
 * @throws WeightsError when the shape is not the expected one.
 */
export function checkShape(
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
  throw unusable('shape', `${what} of shape [${sizes}]${free}, received ${received}`, what);
}
