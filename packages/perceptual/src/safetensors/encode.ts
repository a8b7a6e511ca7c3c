import { type Vgg19Weights, vgg19Shapes, weightTensor } from '../weights';
import { LENGTH_BYTES } from './header';

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
  const header: Record<string, unknown> = { __metadata__: facts };
  const parts: Float32Array[] = [];
  const width = dtype === 'F32' ? 4 : 2;
  let size = 0;
  for (const key of vgg19Shapes.keys()) {
    const { shape, data } = weightTensor(tensors, key);
    const begin = size;
    size += width * data.length;
    header[key] = { dtype, shape, data_offsets: [begin, size] };
    parts.push(data);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces up to a whole number of eights: readers may map the values as they lie.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + length + size).fill(0x20, LENGTH_BYTES, LENGTH_BYTES + length);
  bytes.set(json, LENGTH_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  let offset = LENGTH_BYTES + length;
  for (const data of parts) {
    for (const value of data) {
      if (dtype === 'F32') view.setFloat32(offset, value, true);
      else view.setUint16(offset, toHalf(value), true);
      offset += width;
    }
  }
  return bytes;
}

/** IEEE 754 binary16, the nearest one, of two the even one; what is too large becomes infinite. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 steps are those of the smallest exponent.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // A fraction that rounds up to the next power of two carries into the exponent by itself.
  return sign | (steps < 1024 ? steps : steps + (exponent + 14) * 1024);
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  return over > 0.5 || (over === 0.5 && low % 2 === 1) ? low + 1 : low;
}
