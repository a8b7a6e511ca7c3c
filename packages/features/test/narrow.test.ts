import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type BackboneWeights,
  encodeWeights,
  featureScale,
  torchvisionPreprocessing,
  vgg19,
  type WeightTensor,
  weightsFromManifest,
  weightsFromSafetensors,
  weightsSha256,
} from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { describe, expect, it } from 'vitest';
import { problemOf } from './problem-of';
import { layerTable, referenceImage, referenceTensors, relativeError } from './reference';
import { inMemory, safetensorsFile, torchvisionTensors } from './safetensors-file';

/** Widths of no two neighbours alike, so that no axis can be taken for another. */
const table = [
  ['conv1_1', 3, 5],
  ['conv1_2', 5, 4],
  ['conv2_1', 4, 7],
  ['conv2_2', 7, 6],
  ['conv3_1', 6, 9],
  ['conv3_2', 9, 8],
  ['conv3_3', 8, 11],
  ['conv3_4', 11, 10],
] as const;
const tensors = referenceTensors(table);
const sha256 = weightsSha256(vgg19, tensors);
const narrow: BackboneWeights = {
  backbone: vgg19,
  name: 'narrow',
  sha256,
  preprocessing: torchvisionPreprocessing,
  tensors,
};
const names = table.map(([name]) => name);

/** The same network among the published widths: what is added is zero. */
function widened(): Record<string, WeightTensor> {
  const wide: Record<string, WeightTensor> = {};
  layerTable.forEach(([layer, inputs, filters]) => {
    const kernel = tensors[`${layer}/kernel`] ?? expect.unreachable(layer);
    const bias = tensors[`${layer}/bias`] ?? expect.unreachable(layer);
    const [, , few = 0, some = 0] = kernel.shape;
    const data = new Float32Array(9 * inputs * filters);
    for (let place = 0; place < 9; place++) {
      for (let i = 0; i < few; i++) {
        const row = kernel.data.subarray((place * few + i) * some, (place * few + i + 1) * some);
        data.set(row, (place * inputs + i) * filters);
      }
    }
    wide[`${layer}/kernel`] = { shape: [3, 3, inputs, filters], data };
    const biases = new Float32Array(filters);
    biases.set(bias.data);
    wide[`${layer}/bias`] = { shape: [filters], data: biases };
  });
  return wide;
}

describe('a VGG-19 of other widths', () => {
  it('has the features of the full one whose other filters are zero', () => {
    const wideTensors = widened();
    const wide = new TfjsBackbone({ ...narrow, tensors: wideTensors }, { layers: names });
    const vgg = new TfjsBackbone(narrow, { layers: names });
    const expected = wide.tensorFeatures(referenceImage(0));
    vgg.tensorFeatures(referenceImage(0)).forEach((feature, l) => {
      const [, h = 0, w = 0] = feature.shape;
      const width = table[l]?.[2] ?? 0;
      expect(feature.shape).toEqual([2, 12 >> (l > 3 ? 2 : l > 1 ? 1 : 0), w, width]);
      const part = tf.slice(expected[l] ?? expect.unreachable(), [0, 0, 0, 0], [2, h, w, width]);
      expect(relativeError(feature.dataSync(), [...part.dataSync()])).toBeLessThan(1e-6);
    });
    wide.dispose();
    vgg.dispose();
  });

  it('has the scale of features of the full one, less the share of zeros', () => {
    const full = featureScale({ ...narrow, tensors: widened() });
    const scale = featureScale(narrow);
    table.forEach(([layer, , width], l) => {
      const share = width / (layerTable[l]?.[2] ?? Number.NaN);
      expect((scale[layer] ?? Number.NaN) * share).toBeCloseTo(full[layer] ?? Number.NaN, 10);
    });
  });

  it('is read from what encodeWeights writes, whole or halved, also by the reader of files', async () => {
    const read = await weightsFromSafetensors(vgg19, inMemory(encodeWeights(narrow)));
    expect(read).toEqual(narrow);
    const folder = await mkdtemp(join(tmpdir(), 'utad-narrow-'));
    try {
      const bytes = encodeWeights(narrow, { dtype: 'F16' });
      await writeFile(join(folder, 'half.safetensors'), bytes);
      const half = await readWeights(vgg19, join(folder, 'half.safetensors'));
      expect(half.sha256).toBe(weightsSha256(vgg19, half.tensors));
      for (const [name, { shape, data }] of Object.entries(tensors)) {
        expect(half.tensors[name]?.shape).toEqual(shape);
        // F16 has 11 significant bits.
        data.forEach((value, i) => {
          const error = Math.abs((half.tensors[name]?.data[i] ?? Number.NaN) - value);
          expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
        });
      }
      // Halves are floats: what was read is written and read without a further loss.
      const again = await weightsFromSafetensors(vgg19, inMemory(encodeWeights(half, { dtype: 'F16' })));
      expect(again.sha256).toBe(half.sha256);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is read with torchvision's names, kernels turned", async () => {
    const file = safetensorsFile(torchvisionTensors(tensors, table));
    expect((await weightsFromSafetensors(vgg19, inMemory(file))).sha256).toBe(sha256);
  });

  it('is read from a manifest', async () => {
    const weights = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }));
    const parts = Object.values(tensors).map(({ data }) => [...data]);
    const bytes = new Uint8Array(Float32Array.from(parts.flat()).buffer);
    const read = await weightsFromManifest(vgg19, [{ paths: ['all'], weights }], async () => bytes);
    expect(read.sha256).toBe(sha256);
  });

  it.each<[string, Record<string, WeightTensor>, string]>([
    [
      'a kernel that does not take what the one before gives',
      { 'conv2_1/kernel': { shape: [3, 3, 5, 7], data: new Float32Array(315) } },
      'expected conv2_1/kernel of shape [3,3,4,C], C from 1 to 4096, received 315 values of shape [3,3,5,7]',
    ],
    [
      'a bias of another length than its kernel is wide',
      { 'conv1_2/bias': { shape: [5], data: new Float32Array(5) } },
      'expected conv1_2/bias of shape [4], received 5 values of shape [5]',
    ],
    [
      'a kernel without filters',
      { 'conv3_4/kernel': { shape: [3, 3, 11, 0], data: new Float32Array(0) } },
      'expected conv3_4/kernel of shape [3,3,11,C], C from 1 to 4096, received 0 values of shape [3,3,11,0]',
    ],
    [
      'a kernel of another size',
      { 'conv1_1/kernel': { shape: [5, 5, 3, 5], data: new Float32Array(375) } },
      'expected conv1_1/kernel of shape [3,3,3,C], C from 1 to 4096, received 375 values of shape [5,5,3,5]',
    ],
  ])('may not have %s', async (_, changes, message) => {
    const changed = { ...narrow, tensors: { ...tensors, ...changes } };
    for (const use of [
      () => new TfjsBackbone(changed),
      () => weightsSha256(vgg19, changed.tensors),
      () => encodeWeights(changed),
      () => featureScale(changed),
    ]) {
      expect(use).toThrow(`VGG-19 weights: ${message}`);
    }
    const entries = Object.entries(changed.tensors).map(([name, { shape }]) => ({
      name,
      shape,
      dtype: 'float32',
    }));
    const manifest = [{ paths: ['all'], weights: entries }];
    const error = await problemOf(weightsFromManifest(vgg19, manifest, () => expect.unreachable('read')));
    expect(error.code).toBe('shape');
    expect(error.message).toContain(message.replace(/received .* of shape/, 'received'));
  });
});
