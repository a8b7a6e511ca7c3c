import { SHA256 } from '@stablelib/sha256';
import type { Preprocessing } from './preprocessing';
import { checkShape, expectedShape } from './tensor-shapes';
import { vgg19Layers } from './vgg19-layers';
import { listed, unusable } from './weights-error';

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
  const hash = new SHA256();
  const encoder = new TextEncoder();
  for (const name of vgg19Shapes.keys()) {
    const { shape, data } = weightTensor(tensors, name);
    hash.update(encoder.encode(`${name}\0${shape.join(',')}\0`));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
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
