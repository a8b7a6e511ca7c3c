import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type BackboneWeights,
  encodeWeights,
  featureScale,
  kerasPreprocessing,
  randomWeights,
  torchvisionPreprocessing,
  vgg19,
  weightsFromSafetensors,
  weightsSha256,
} from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { decodeSafetensor, parseSafetensorsHeader } from '@utad/files';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemOf } from './problem-of';
import { layerTable, reference, referenceImage, referenceTensors, relativeError } from './reference';
import {
  concatenated,
  f32,
  headerOf,
  inMemory,
  safetensorsFile,
  torchvisionTensors,
  withLength,
} from './safetensors-file';

/** What fixtures/vgg19_torch.py made. */
const torch = z
  .object({
    fileSha256: z.string(),
    fileBytes: z.number(),
    features: z.record(z.string(), z.array(z.number())),
    small: z.object({ file: z.string(), values: z.record(z.string(), z.array(z.number().nullable())) }),
  })
  .parse(JSON.parse(readFileSync(new URL('fixtures/vgg19-torch.json', import.meta.url), 'utf8')));

const data = process.env.UTAD_TEST_DATA;
const tensors = referenceTensors();
const file = safetensorsFile(torchvisionTensors());
const allLayers = layerTable.map(([name]) => name);

function expectSame(
  weights: BackboneWeights,
  expected: Readonly<Record<string, { data: Float32Array }>>,
): void {
  expect(weights.sha256).toBe(weightsSha256(vgg19, weights.tensors));
  for (const [name, { data }] of Object.entries(expected)) {
    const found = weights.tensors[name]?.data ?? expect.unreachable(name);
    expect(found.length).toBe(data.length);
    expect(found.every((value, i) => Object.is(value, data[i]))).toBe(true);
  }
}

/** A weights file with some of its tensors replaced, added or (undefined) left out. */
function changed(changes: Record<string, ReturnType<typeof f32> | undefined>): Uint8Array {
  const all = torchvisionTensors();
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor === undefined) all.delete(name);
    else all.set(name, tensor);
  }
  return safetensorsFile(all);
}

describe('a safetensors file with torchvision names', () => {
  it('is read from the very bytes that the safetensors library writes', async () => {
    expect(file.length).toBe(torch.fileBytes);
    expect(createHash('sha256').update(file).digest('hex')).toBe(torch.fileSha256);
    const weights = await weightsFromSafetensors(vgg19, inMemory(file));
    expectSame(weights, tensors);
    expect(weights).toMatchObject({ name: 'VGG-19', preprocessing: torchvisionPreprocessing });
  });

  it("has PyTorch's activations in every layer", async () => {
    const weights = await weightsFromSafetensors(vgg19, inMemory(file));
    const vgg = new TfjsBackbone(weights, { layers: allLayers });
    const features = vgg.tensorFeatures(referenceImage(0));
    features.forEach((feature, l) => {
      const found = feature.dataSync().filter((_, i) => i % 97 === 0);
      expect(relativeError(found, torch.features[vgg.layers[l] ?? ''] ?? [])).toBeLessThan(1e-5);
    });
    tf.dispose(features);
    vgg.dispose();
  });

  it('is read to conv3_4 alone, in as few parts as lie apart', async () => {
    const all = torchvisionTensors();
    // Before, between (by name) and behind what is needed.
    all.set('classifier.0.bias', f32([100_000], new Float32Array(100_000)));
    all.set('features.19.bias', f32([512], new Float32Array(512)));
    all.set('features.19.weight', f32([512, 256, 3, 3], new Float32Array(512 * 256 * 9)));
    all.set('features.28.weight', f32([50_000], new Float32Array(50_000)));
    all.set('head.fc.bias', f32([1000], new Float32Array(1000)));
    const source = inMemory(safetensorsFile(all));
    expectSame(await weightsFromSafetensors(vgg19, source), tensors);
    const read = source.reads.reduce((sum, [, length]) => sum + length, 0);
    const needed = [...torchvisionTensors().values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(needed).toBe(9_302_272);
    expect(read - needed).toBeLessThan(10_000);
    // The length, the header, and features.0 to 16, 2, and 5 and 7.
    expect(source.reads).toHaveLength(5);
  });

  it('may have any prefix before its names', async () => {
    const all = [...torchvisionTensors()].map(([name, tensor]) => [`model.vgg.${name}`, tensor] as const);
    expectSame(await weightsFromSafetensors(vgg19, inMemory(safetensorsFile(new Map(all)))), tensors);
  });

  it('may be of half precision, whose values are kept', async () => {
    const all = [...torchvisionTensors()].map(([name, { shape, bytes }]) => {
      const wide = new Uint32Array(bytes.slice().buffer);
      const half = Uint16Array.from(wide, (value) => value >>> 16);
      return [name, { dtype: 'BF16', shape, bytes: new Uint8Array(half.buffer) }] as const;
    });
    const expected = Object.entries(tensors).map(([name, { data: values }]) => {
      const bits = new Uint32Array(values.slice().buffer).map((value) => value & 0xffff0000);
      return [name, { data: new Float32Array(bits.buffer) }] as const;
    });
    const weights = await weightsFromSafetensors(vgg19, inMemory(safetensorsFile(new Map(all))));
    expectSame(weights, Object.fromEntries(expected));
  });

  it('takes another preprocessing, and a name, from the caller or from its metadata', async () => {
    const options = { name: 'mine', preprocessing: kerasPreprocessing };
    expect(await weightsFromSafetensors(vgg19, inMemory(file), options)).toMatchObject(options);
    const metadata = { name: 'theirs', preprocessing: JSON.stringify(kerasPreprocessing) };
    const said = safetensorsFile(torchvisionTensors(), metadata);
    expect(await weightsFromSafetensors(vgg19, inMemory(said))).toMatchObject({
      name: 'theirs',
      preprocessing: kerasPreprocessing,
    });
  });
});

describe('weights that cannot be used, in one line', () => {
  it.each<[string, Uint8Array, string, string | RegExp]>([
    [
      'a missing layer, with those there are',
      changed({ 'features.16.weight': undefined }),
      'missing',
      /^VGG-19 weights: expected features\.16\.weight, found features\.0\.bias, features\.0\.weight, .*, features\.7\.weight$/,
    ],
    [
      'VGG-19 with batch norm, which has convolutions elsewhere',
      changed({ 'features.2.weight': undefined, 'features.3.weight': f32([64], new Float32Array(64)) }),
      'missing',
      /expected features\.2\.weight, found .*features\.3\.weight/,
    ],
    [
      'a wrong shape',
      changed({ 'features.0.weight': f32([64, 1, 3, 3], new Float32Array(576)) }),
      'shape',
      'VGG-19 weights: expected features.0.weight of shape [C,3,3,3], C from 1 to 4096, received [64,1,3,3]',
    ],
    [
      'a type that is not read',
      changed({ 'features.0.bias': { dtype: 'F64', shape: [64], bytes: new Uint8Array(512) } }),
      'dtype',
      'VGG-19 weights: expected features.0.bias as F32 or F16 or BF16, received F64',
    ],
    [
      'more bytes than values',
      changed({ 'features.0.bias': { dtype: 'F32', shape: [64], bytes: new Uint8Array(260) } }),
      'size',
      'VGG-19 weights: expected features.0.bias in 256 bytes, received 260',
    ],
    [
      'two of one name',
      changed({ 'teacher.features.0.bias': f32([64], new Float32Array(64)) }),
      'ambiguous',
      'VGG-19 weights: expected one features.0.bias, found features.0.bias and teacher.features.0.bias',
    ],
    [
      'a value that is no number',
      changed({ 'features.2.bias': f32([64], new Float32Array(64).fill(Number.NaN, 7)) }),
      'value',
      'VGG-19 weights: expected finite values in conv1_2/bias, received NaN at 7',
    ],
    [
      'a truncated file',
      file.subarray(0, 5_000_000),
      'size',
      'VGG-19 weights: expected a safetensors file of 9303632 bytes, as its header says, received 5000000',
    ],
    [
      'a file with more behind its end',
      concatenated([file, new Uint8Array(3)]),
      'size',
      'VGG-19 weights: expected a safetensors file of 9303632 bytes, as its header says, received 9303635',
    ],
    [
      'a file of no bytes',
      new Uint8Array(),
      'size',
      'VGG-19 weights: expected a safetensors file of more than 8 bytes, received 0',
    ],
    [
      'a header longer than the file',
      Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 123),
      'size',
      'VGG-19 weights: expected a safetensors file of at least 264 bytes, as its header says, received 9',
    ],
    [
      'a header too long for anything',
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123),
      'malformed',
      'VGG-19 weights: expected a safetensors header of at most 4194304 bytes, received 9223372036854775807',
    ],
    [
      'a header that is no JSON',
      withLength('{"a": '),
      'malformed',
      'VGG-19 weights: expected a safetensors header in JSON, received "{\\"a\\":   "',
    ],
    [
      'no metadata, where nothing else says what the weights expect',
      safetensorsFile(
        new Map(Object.entries(tensors).map(([name, { shape, data }]) => [name, f32(shape, data)])),
      ),
      'malformed',
      'VGG-19 weights: expected a preprocessing in the metadata of the safetensors file, found none',
    ],
    [
      'a preprocessing that is none',
      safetensorsFile(torchvisionTensors(), { preprocessing: '{"name":"keras","scale":255}' }),
      'malformed',
      /expected a preprocessing \{ name, scale, order, mean, deviation \} in the metadata, received \{"name"/,
    ],
  ])('%s', async (_, bytes, problem, message) => {
    const error = await problemOf(weightsFromSafetensors(vgg19, inMemory(bytes)));
    expect(error.code).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('a read that brings fewer bytes than there should be', async () => {
    const source = { size: file.length, read: async (at: number) => file.subarray(at, at + 5) };
    expect(await problemOf(weightsFromSafetensors(vgg19, source))).toMatchObject({
      code: 'size',
      message: 'VGG-19 weights: expected 8 bytes from byte 0 on, received 5',
    });
  });
});

describe('the header of a safetensors file', () => {
  const small = new Uint8Array(Buffer.from(torch.small.file, 'base64'));

  it('says where the library has put tensors of three types, whose values are those of PyTorch', () => {
    const headerBytes = 8 + Number(new DataView(small.buffer, small.byteOffset).getBigUint64(0, true));
    const header = parseSafetensorsHeader(small.subarray(0, headerBytes), small.length);
    expect(header.metadata).toEqual({ made: 'by hand' });
    for (const [name, values] of Object.entries(torch.small.values)) {
      const stored = header.tensors.get(name) ?? expect.unreachable(name);
      const { data: found } = decodeSafetensor(small.subarray(stored.begin, stored.end), stored);
      expect([...found]).toEqual(values.map((value) => Math.fround(value ?? Number.POSITIVE_INFINITY)));
    }
  });
});

describe('encodeWeights', () => {
  const weights: BackboneWeights = {
    backbone: vgg19,
    name: 'Größe',
    sha256: weightsSha256(vgg19, tensors),
    preprocessing: kerasPreprocessing,
    tensors,
  };

  it('writes a file that reads as the same weights, name and preprocessing', async () => {
    const encoded = encodeWeights(weights, { metadata: { source: 'here' } });
    const read = await weightsFromSafetensors(vgg19, inMemory(encoded));
    expect(read).toMatchObject({ name: 'Größe', sha256: weights.sha256, preprocessing: kerasPreprocessing });
    expectSame(read, tensors);
    const again = encodeWeights(weights, { metadata: { source: 'here' } });
    expect(Buffer.compare(again, encoded)).toBe(0);
  });

  it('writes half precision in half the room, to 11 significant bits', async () => {
    const encoded = encodeWeights(weights, { dtype: 'F16' });
    expect(encoded.length).toBeLessThan(5_000_000);
    const read = await weightsFromSafetensors(vgg19, inMemory(encoded));
    for (const [name, { data: values }] of Object.entries(tensors)) {
      const found = read.tensors[name]?.data ?? expect.unreachable(name);
      const worst = values.reduce((most, value, i) => {
        // Below 2^-14 the step is that of the smallest exponent.
        const step = Math.max(Math.abs(value), 2 ** -14) * 2 ** -11;
        return Math.max(most, Math.abs(value - (found[i] ?? Number.NaN)) / step);
      }, 0);
      expect(worst).toBeLessThanOrEqual(1);
    }
  });
});

describe('the same numbers under two preprocessings', () => {
  it('are two networks', async () => {
    const keras: BackboneWeights = {
      backbone: vgg19,
      name: 'keras',
      sha256: weightsSha256(vgg19, tensors),
      preprocessing: kerasPreprocessing,
      tensors,
    };
    const torchvision = await weightsFromSafetensors(vgg19, inMemory(file));
    expect(torchvision.sha256).toBe(keras.sha256);
    const [a, b] = [keras, torchvision].map((weights) => {
      const vgg = new TfjsBackbone(weights, { layers: ['conv1_1'] });
      const [feature = expect.unreachable()] = vgg.tensorFeatures(referenceImage(0));
      vgg.dispose();
      return feature.dataSync();
    });
    expect(relativeError(a ?? [], [...(b ?? [])])).toBeGreaterThan(1);
  });

  it('are one where the first kernel and bias undo the difference, away from the border', () => {
    // k·((x - mean) / deviation) on RGB is k'·(255 x' - mean') on BGR, with k' = k / (255 deviation), channels turned,
    // and a bias that makes up for the means: b' = b + Σ k' mean' - Σ k mean / deviation.
    const kernel = tensors['conv1_1/kernel']?.data ?? new Float32Array();
    const bias = Float64Array.from(tensors['conv1_1/bias']?.data ?? []);
    const turned = new Float32Array(kernel.length);
    const [mean, deviation] = [torchvisionPreprocessing.mean, torchvisionPreprocessing.deviation];
    for (let place = 0; place < 9; place++) {
      for (let c = 0; c < 3; c++) {
        for (let f = 0; f < 64; f++) {
          const k = kernel[(place * 3 + c) * 64 + f] ?? Number.NaN;
          const other = k / (255 * (deviation[c] ?? 1));
          turned[(place * 3 + 2 - c) * 64 + f] = other;
          bias[f] =
            (bias[f] ?? 0) +
            other * (kerasPreprocessing.mean[2 - c] ?? 0) -
            (k * (mean[c] ?? 0)) / (deviation[c] ?? 1);
        }
      }
    }
    const equivalent = {
      ...tensors,
      'conv1_1/kernel': { shape: [3, 3, 3, 64], data: turned },
      'conv1_1/bias': { shape: [64], data: Float32Array.from(bias) },
    };
    const features = (preprocessing: BackboneWeights['preprocessing'], of: BackboneWeights['tensors']) => {
      const vgg = new TfjsBackbone(
        { backbone: vgg19, name: '', sha256: '', preprocessing, tensors: of },
        { layers: ['conv1_1'] },
      );
      const [feature = expect.unreachable()] = vgg.tensorFeatures(referenceImage(0));
      const inner = tf.slice(feature, [0, 1, 1, 0], [2, 10, 6, 64]).dataSync();
      vgg.dispose();
      return inner;
    };
    const expected = features(torchvisionPreprocessing, tensors);
    expect(relativeError(features(kerasPreprocessing, equivalent), [...expected])).toBeLessThan(1e-5);
  });
});

describe('readWeights of a safetensors file', () => {
  it('gives bit for bit what the bytes hold, from a file or a folder with model.safetensors', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'utad-safetensors-'));
    try {
      const path = join(folder, 'model.safetensors');
      await writeFile(path, file);
      const weights = await readWeights(vgg19, path);
      expectSame(weights, tensors);
      const folderName = folder.split('/').at(-1);
      expect(weights.name).toBe(folderName);
      expect(await readWeights(vgg19, folder)).toMatchObject({ name: folderName, sha256: weights.sha256 });
      await writeFile(join(folder, 'other.bin'), file);
      expect(await readWeights(vgg19, join(folder, 'other.bin'))).toMatchObject({ name: 'other' });
      await writeFile(path, file.subarray(0, 1_000_000));
      expect(await problemOf(readWeights(vgg19, path))).toMatchObject({ code: 'size' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('featureScale', () => {
  it('is the mean that the network itself has on that picture', () => {
    const pixels = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / 48), Math.floor(i / 3) % 16, i % 3];
      return (([16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y][c] ?? 0) % 256) / 255;
    });
    for (const preprocessing of [kerasPreprocessing, torchvisionPreprocessing]) {
      const weights = { ...randomWeights(vgg19, 3), preprocessing };
      const scale = featureScale(weights);
      const vgg = new TfjsBackbone(weights, { layers: allLayers });
      const features = vgg.tensorFeatures(tf.tensor4d(pixels, [1, 16, 16, 3]));
      expect(Object.keys(scale)).toEqual(allLayers);
      features.forEach((feature, l) => {
        const [mean = Number.NaN] = tf.mean(feature).dataSync();
        expect(mean / (scale[allLayers[l] ?? ''] ?? Number.NaN)).toBeCloseTo(1, 4);
      });
      vgg.dispose();
    }
  });

  it.skipIf(data === undefined)(
    'is that of the ImageNet weights (skipped without UTAD_TEST_DATA)',
    async () => {
      const scale = featureScale(await readWeights(vgg19, join(data ?? '', 'vgg19-imagenet-tfjs')));
      // From reference-activations.json beside them.
      expect(scale.conv1_2).toBeCloseTo(143.573806, 3);
      expect(scale.conv2_2).toBeCloseTo(268.336978, 3);
      expect(scale.conv3_4).toBeCloseTo(2125.05959, 2);
    },
  );
});

it('the reference of the torch fixture is that of the float64 one', () => {
  for (const [name, { values }] of Object.entries(reference.torchvision.features)) {
    expect(relativeError(torch.features[name] ?? [], values)).toBeLessThan(1e-5);
  }
});

it('headerOf writes what the library writes', () => {
  const lengths = new Map([['a', { dtype: 'F32', shape: [1, 3], length: 12 }]]);
  expect(new TextDecoder().decode(headerOf(lengths).subarray(8))).toBe(
    '{"a":{"dtype":"F32","shape":[1,3],"data_offsets":[0,12]}}       ',
  );
});
