import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {
  type BackboneWeights,
  type Preprocessing,
  vgg19,
  type WeightTensor,
  weightsSha256,
} from '@utad/features';
import { z } from 'zod';

const resultSchema = z.object({
  features: z.record(z.string(), z.object({ shape: z.array(z.number()), values: z.array(z.number()) })),
  perLayer: z.array(z.array(z.number())),
  perPair: z.array(z.array(z.number())),
  distance: z.number(),
  derivative: z.number(),
});

/** What fixtures/vgg19_reference.py computed in float64. */
export const reference = z
  .object({ keras: resultSchema, torchvision: resultSchema })
  .parse(JSON.parse(readFileSync(new URL('fixtures/vgg19-reference.json', import.meta.url), 'utf8')));

/** The layers as that script has them: name, inputs, filters. */
export const layerTable: readonly (readonly [name: string, inputs: number, filters: number])[] = [
  ['conv1_1', 3, 64],
  ['conv1_2', 64, 64],
  ['conv2_1', 64, 128],
  ['conv2_2', 128, 128],
  ['conv3_1', 128, 256],
  ['conv3_2', 256, 256],
  ['conv3_3', 256, 256],
  ['conv3_4', 256, 256],
];

/** Numbers in [0, 1) from the 32-bit hash of offset, offset + 1, ... */
export function uniform(offset: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let h = Math.imul(offset + i + 1, 2654435761);
    h = Math.imul(h ^ (h >>> 15), 2246822519);
    return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  });
}

export function referenceTensors(table = layerTable): Record<string, WeightTensor> {
  const tensors: Record<string, WeightTensor> = {};
  let offset = 0;
  for (const [name, inputs, filters] of table) {
    const count = 9 * inputs * filters;
    const gain = Math.sqrt(24 / (9 * inputs));
    const kernel = uniform(offset, count).map((u) => (u - 0.5) * gain);
    const bias = uniform(offset + count, filters).map((u) => u - 0.5);
    offset += count + filters;
    tensors[`${name}/kernel`] = { shape: [3, 3, inputs, filters], data: Float32Array.from(kernel) };
    tensors[`${name}/bias`] = { shape: [filters], data: Float32Array.from(bias) };
  }
  return tensors;
}

export function referenceWeights(preprocessing: Preprocessing): BackboneWeights {
  const tensors = referenceTensors();
  return {
    backbone: vgg19,
    name: 'reference',
    sha256: weightsSha256(vgg19, tensors),
    preprocessing,
    tensors,
  };
}

/** `[2, 12, 8, 3]`, in [0, 1). */
export function referenceImage(index: number): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(uniform(10_000_000 + index * 576, 576)), [2, 12, 8, 3]);
}

/** The largest difference over the largest value. */
export function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  if (actual.length !== expected.length)
    throw new Error(`expected ${expected.length} values, received ${actual.length}`);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))), 0) /
    scale
  );
}
