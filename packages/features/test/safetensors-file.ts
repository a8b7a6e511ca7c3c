import type { WeightTensor } from '@utad/features';
import { layerTable, referenceTensors } from './reference';

/** A tensor as a file has it. */
export interface FileTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The numbers of VGG-19's convolutions among torchvision's `features`. */
const indices = [0, 2, 5, 7, 10, 12, 14, 16];

/** The reference weights as torchvision's `state_dict` has them up to conv3_4: OIHW, by name. */
export function torchvisionTensors(
  tensors: Record<string, WeightTensor> = referenceTensors(),
  table = layerTable,
) {
  const all = new Map<string, FileTensor>();
  table.forEach(([layer, inputs, filters], l) => {
    const kernel = tensors[`${layer}/kernel`]?.data ?? new Float32Array();
    const turned = new Float32Array(kernel.length);
    for (let o = 0; o < filters; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let p = 0; p < 9; p++) {
          turned[(o * inputs + i) * 9 + p] = kernel[(p * inputs + i) * filters + o] ?? Number.NaN;
        }
      }
    }
    const name = `features.${indices[l]}`;
    all.set(`${name}.weight`, f32([filters, inputs, 3, 3], turned));
    all.set(`${name}.bias`, f32([filters], tensors[`${layer}/bias`]?.data ?? new Float32Array()));
  });
  return all;
}

export function f32(shape: readonly number[], data: Float32Array): FileTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The header of these tensors, in order of their names as the `safetensors` library writes them, padded as it pads. */
export function headerOf(
  tensors: ReadonlyMap<string, { dtype: string; shape: readonly number[]; length: number }>,
  metadata?: Record<string, string>,
): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let offset = 0;
  for (const name of [...tensors.keys()].sort()) {
    const { dtype = '', shape = [], length = 0 } = tensors.get(name) ?? {};
    header[name] = { dtype, shape, data_offsets: [offset, offset + length] };
    offset += length;
  }
  return withLength(JSON.stringify(header));
}

/** A length and a header, whatever it says. */
export function withLength(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

/** A whole file of these tensors. */
export function safetensorsFile(
  tensors: ReadonlyMap<string, FileTensor>,
  metadata?: Record<string, string>,
): Uint8Array {
  const lengths = new Map(
    [...tensors].map(([name, { dtype, shape, bytes }]) => [name, { dtype, shape, length: bytes.length }]),
  );
  const parts = [...tensors.keys()].sort().map((name) => tensors.get(name)?.bytes ?? new Uint8Array());
  return concatenated([headerOf(lengths, metadata), ...parts]);
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** Bytes in memory as a file of which any part can be read; what was read is noted. */
export function inMemory(bytes: Uint8Array) {
  const reads: [offset: number, length: number][] = [];
  return {
    size: bytes.length,
    reads,
    read: async (offset: number, length: number) => {
      reads.push([offset, length]);
      return bytes.subarray(offset, offset + length);
    },
  };
}
