import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {
  type Backbone,
  encodeWeights,
  featureScale,
  randomWeights,
  residualSteps,
  resnet18,
  vgg19,
  weightsFromSafetensors,
  weightsSha256,
  wideResnet50,
} from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemOf } from './problem-of';
import { relativeError, uniform } from './reference';
import { type FileTensor, f32, headerOf, inMemory, safetensorsFile } from './safetensors-file';

type Tensors = readonly (readonly [name: string, shape: readonly number[]])[];

const network = z.object({
  published: z.array(z.tuple([z.string(), z.array(z.number())])),
  narrow: z.array(z.tuple([z.string(), z.array(z.number())])),
  features: z.record(z.string(), z.object({ shape: z.array(z.number()), values: z.array(z.number()) })),
});

/** What fixtures/residual_torch.py made with torchvision. */
const torch = z
  .object({ resnet18: network, 'wide-resnet50': network })
  .parse(JSON.parse(readFileSync(new URL('fixtures/residual-torch.json', import.meta.url), 'utf8')));

/** The narrow networks of that script. */
const narrowResnet18: Backbone = {
  ...resnet18,
  steps: residualSteps({
    blocks: [2, 2, 2, 2],
    widths: [4, 5, 6, 7],
    outputs: [4, 5, 6, 7],
    block: 'basic',
    stem: 4,
  }),
};
const narrowWide: Backbone = {
  ...wideResnet50,
  steps: residualSteps({
    blocks: [3, 4, 6, 3],
    widths: [4, 6, 8, 10],
    outputs: [8, 12, 16, 20],
    block: 'bottleneck',
    stem: 5,
  }),
};
const { layers } = resnet18;

/** Tensors with the values that the script gives them. */
function filled(tensors: Tensors): Map<string, FileTensor> {
  const all = new Map<string, FileTensor>();
  let offset = 0;
  for (const [name, shape] of tensors) {
    const count = shape.reduce((product, size) => product * size, 1);
    const [, ...fan] = shape;
    const gain = Math.sqrt(24 / fan.reduce((product, size) => product * size, 1));
    const positive = /weight$|running_var$/.test(name);
    const values = uniform(offset, count).map((u) =>
      shape.length === 4 ? (u - 0.5) * gain : positive ? u + 0.5 : u - 0.5,
    );
    offset += count;
    all.set(name, f32(shape, Float32Array.from(values)));
  }
  return all;
}

/** torchvision's names and shapes of the tensors of a backbone. */
function tensorsOf({ steps }: Backbone): Tensors {
  return steps.flatMap((step): Tensors => {
    if (step.op !== 'conv') return [];
    const norms = ['weight', 'bias', 'running_mean', 'running_var'].map(
      (part) => [`${step.norm}.${part}`, [step.filters]] as const,
    );
    return [[`${step.name}.weight`, [step.filters, step.inputs, step.kernel, step.kernel]], ...norms];
  });
}

/** A file with a header and no values, for what is refused before they are read. */
function headerFile(tensors: Tensors) {
  const entries = tensors.map(([name, shape]) => {
    const length = 4 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'F32', shape, length }] as const;
  });
  const header = headerOf(new Map(entries));
  return {
    size: header.length + entries.reduce((sum, [, { length }]) => sum + length, 0),
    read: async (offset: number, length: number) =>
      offset < header.length ? header.subarray(offset, offset + length) : expect.unreachable('read'),
  };
}

describe.each([
  [resnet18, narrowResnet18, torch.resnet18],
  [wideResnet50, narrowWide, torch['wide-resnet50']],
] as const)('$title', (published, narrow, expected) => {
  it("has the tensors of torchvision's, by name, shape and order", () => {
    expect(tensorsOf(published)).toEqual(expected.published);
    expect(tensorsOf(narrow)).toEqual(expected.narrow);
  });

  it('has the features that torchvision computes with a narrow network of the same build', async () => {
    const file = inMemory(safetensorsFile(filled(expected.narrow)));
    const weights = await weightsFromSafetensors(narrow, file, { layers });
    const backbone = new TfjsBackbone(weights, { layers });
    const x = tf.tensor4d(Float32Array.from(uniform(10_000_000, 2 * 45 * 38 * 3)), [2, 45, 38, 3]);
    const features = backbone.tensorFeatures(x);
    for (const [l, feature] of features.entries()) {
      const { shape, values } = expected.features[layers[l] ?? ''] ?? expect.unreachable();
      expect(feature.shape).toEqual(shape);
      const found = feature.dataSync().filter((_, i) => i % 7 === 0);
      expect(relativeError(found, values)).toBeLessThan(1e-5);
    }
    tf.dispose([features, x]);
    backbone.dispose();
  });

  it('has a scale of features that is the mean of what the engine computes', async () => {
    const file = inMemory(safetensorsFile(filled(expected.narrow)));
    const weights = await weightsFromSafetensors(narrow, file);
    const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / 48), Math.floor(i / 3) % 16, i % 3];
      return ([16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y][c] ?? 0) % 256;
    });
    const backbone = new TfjsBackbone(weights);
    const scale = featureScale(weights);
    expect(Object.keys(scale)).toEqual(['layer1', 'layer2', 'layer3']);
    for (const { layer, data: values } of await backbone.features({ data, shape: [1, 16, 16, 3] })) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean / (scale[layer] ?? Number.NaN) - 1)).toBeLessThan(1e-4);
    }
    backbone.dispose();
  });

  it('is written and read without batch norm, as deep as it was read', async () => {
    const file = inMemory(safetensorsFile(filled(expected.narrow)));
    const weights = await weightsFromSafetensors(narrow, file, { layers: ['layer2'] });
    const again = await weightsFromSafetensors(narrow, inMemory(encodeWeights(weights)), {
      layers: ['layer2'],
    });
    expect(again.sha256).toBe(weights.sha256);
    expect(await problemOf(weightsFromSafetensors(narrow, inMemory(encodeWeights(weights))))).toMatchObject({
      code: 'missing',
      message: expect.stringMatching(/^\S+ weights: expected layer3\.0\.conv1\/kernel, /),
    });
  });

  it('is read behind a prefix, counters of batches and a head beside it', async () => {
    const plain = filled(expected.narrow);
    const { sha256 } = await weightsFromSafetensors(narrow, inMemory(safetensorsFile(plain)));
    const all = new Map<string, FileTensor>();
    for (const [name, tensor] of plain) all.set(`module.encoder.${name}`, tensor);
    const counter = { dtype: 'I64', shape: [], bytes: new Uint8Array(8) };
    all.set('module.encoder.bn1.num_batches_tracked', counter);
    all.set('module.encoder.layer1.0.bn1.num_batches_tracked', counter);
    all.set('module.head.conv.weight', f32([2, 2, 1, 1], new Float32Array(4)));
    const found = await weightsFromSafetensors(narrow, inMemory(safetensorsFile(all)));
    expect(found.sha256).toBe(sha256);
  });
});

describe('a convolution with batch norm', () => {
  it('is one convolution: gain / sqrt(variance + 1e-5) times the kernel, and a bias', async () => {
    const one: Backbone = {
      name: 'one',
      title: 'One',
      preprocessing: resnet18.preprocessing,
      steps: [
        {
          op: 'conv',
          name: 'conv',
          ...{ kernel: 1, stride: 1, padding: 0, inputs: 3, filters: 2, bias: true, relu: false },
          norm: 'norm',
        },
      ],
      layers: ['conv'],
      defaultLayers: ['conv'],
      sources: [],
    };
    const vector = (...values: number[]) => f32([values.length], Float32Array.from(values));
    const file = new Map([
      ['conv.weight', f32([2, 3, 1, 1], Float32Array.of(1, 2, 3, 4, 5, 6))],
      ['conv.bias', vector(1, 0)],
      ['norm.weight', vector(2, 1)],
      ['norm.bias', vector(5, 7)],
      ['norm.running_mean', vector(4, 0)],
      ['norm.running_var', vector(0.25 - 1e-5, 4 - 1e-5)],
    ]);
    const { tensors } = await weightsFromSafetensors(one, inMemory(safetensorsFile(file)));
    // Factors 2 / 0.5 = 4 and 1 / 2; biases 5 + (1 - 4) * 4 = -7 and 7 + 0 / 2 = 7. Kernels [in, out].
    const kernel = [4, 2, 8, 2.5, 12, 3];
    expect(tensors['conv/kernel']?.shape).toEqual([1, 1, 3, 2]);
    expect(relativeError(tensors['conv/kernel']?.data ?? [], kernel)).toBeLessThan(1e-6);
    expect(relativeError(tensors['conv/bias']?.data ?? [], [-7, 7])).toBeLessThan(1e-6);
  });
});

describe('a file of another network, in one line', () => {
  const resnet34: Tensors = [
    ...torch.resnet18.published,
    ['layer1.2.conv1.weight', [64, 64, 3, 3]],
    ['layer1.2.bn1.weight', [64]],
  ];
  const resnet50 = tensorsOf({
    ...wideResnet50,
    steps: residualSteps({
      blocks: [3, 4, 6, 3],
      widths: [64, 128, 256, 512],
      outputs: [256, 512, 1024, 2048],
      block: 'bottleneck',
      stem: 64,
    }),
  });
  const without = (name: string) => torch.resnet18.published.filter(([other]) => other !== name);

  it.each<[string, Backbone, Tensors, string, string | RegExp]>([
    [
      'a deeper one',
      resnet18,
      resnet34,
      'shape',
      'ResNet-18 weights: expected no layer1.2.conv1.weight in layer1, found it: a file of another network',
    ],
    [
      'one with bottlenecks',
      resnet18,
      resnet50,
      'shape',
      'ResNet-18 weights: expected layer1.0.conv1.weight of shape [64,64,3,3], received [64,64,1,1]',
    ],
    [
      'a narrower one',
      wideResnet50,
      resnet50,
      'shape',
      'WideResNet-50 weights: expected layer1.0.conv1.weight of shape [128,64,1,1], received [64,64,1,1]',
    ],
    [
      'one without bottlenecks',
      wideResnet50,
      torch.resnet18.published,
      'shape',
      'WideResNet-50 weights: expected layer1.0.conv1.weight of shape [128,64,1,1], received [64,64,3,3]',
    ],
    [
      'one of other names',
      vgg19,
      [['conv1_1.weight', [64, 3, 3, 3]]],
      'missing',
      /^VGG-19 weights: expected features\.0\.weight, .*, found conv1_1\.weight$/,
    ],
    [
      'another altogether',
      vgg19,
      torch.resnet18.published,
      'missing',
      /^VGG-19 weights: expected features\.0/,
    ],
    [
      'one that lacks a part of a batch norm',
      resnet18,
      without('layer2.0.downsample.1.running_var'),
      'missing',
      /^ResNet-18 weights: expected layer2\.0\.downsample\.1\.running_var, found bn1\.bias, /,
    ],
    [
      'one with another first convolution',
      resnet18,
      [...without('conv1.weight'), ['conv1.weight', [64, 1, 7, 7]]],
      'shape',
      'ResNet-18 weights: expected conv1.weight of shape [64,3,7,7], received [64,1,7,7]',
    ],
  ])('%s', async (_, backbone, tensors, code, message) => {
    const error = await problemOf(weightsFromSafetensors(backbone, headerFile(tensors)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('or a variance that is none', async () => {
    const all = filled(torch.resnet18.narrow);
    all.set('layer1.0.bn2.running_var', f32([4], Float32Array.of(1, -1, 1, 1)));
    const error = await problemOf(weightsFromSafetensors(narrowResnet18, inMemory(safetensorsFile(all))));
    expect(error.message).toMatch(
      /^ResNet-18 weights: expected finite values in layer1\.0\.conv2\/kernel, received NaN at \d+$/,
    );
  });
});

describe('of a file', () => {
  it('only the bytes before the deepest layer are read', async () => {
    const source = (tensors: Tensors) => inMemory(safetensorsFile(filled(tensors)));
    const all: Tensors = [
      ...torch.resnet18.narrow,
      // Between the stem and the stages, by name.
      ['fc.weight', [1000, 512]],
      ['fc.bias', [1000]],
    ];
    const file = source(all);
    const { backbone, tensors } = await weightsFromSafetensors(narrowResnet18, file, { layers: ['layer2'] });
    expect(weightsSha256(backbone, tensors)).toMatch(/^[0-9a-f]{64}$/);
    const wanted = torch.resnet18.narrow.filter(([name]) => !/^layer[34]/.test(name));
    const needed = wanted.reduce(
      (sum, [, shape]) => sum + 4 * shape.reduce((product, size) => product * size, 1),
      0,
    );
    const [, [, header] = [0, 0], ...values] = file.reads;
    expect(header).toBeLessThan(20_000);
    expect(values).toHaveLength(2);
    expect(values.reduce((sum, [, length]) => sum + length, 0)).toBe(needed);
  });
});

describe('TfjsBackbone of a residual network', () => {
  it("has WideResNet-50's channels and a stride of 4 and 8", () => {
    const two = ['layer1', 'layer2'];
    const backbone = new TfjsBackbone(randomWeights(wideResnet50, 0, two), { layers: two });
    const features = backbone.tensorFeatures(tf.zeros([1, 32, 32, 3]));
    expect(features.map(({ shape }) => shape)).toEqual([
      [1, 8, 8, 256],
      [1, 4, 4, 512],
    ]);
    tf.dispose(features);
    backbone.dispose();
  });

  it('leaves the caller one tensor a layer, of plain data none, and nothing after dispose', async () => {
    const x = tf.zeros<tf.Rank.R4>([1, 32, 32, 3]);
    const weights = randomWeights(narrowResnet18, 0);
    const before = tf.memory().numTensors;
    const backbone = new TfjsBackbone(weights);
    // Kernel and bias: of the first convolution, 4 of each stage, and 2 that halve.
    expect(tf.memory().numTensors).toBe(before + 2 * (1 + 3 * 4 + 2));
    const held = tf.memory().numTensors;
    const features = backbone.tensorFeatures(x);
    expect(tf.memory().numTensors).toBe(held + 3);
    const images = { data: new Uint8Array(32 * 32 * 3), shape: [1, 32, 32, 3] } as const;
    const maps = await backbone.features(images);
    expect(tf.memory().numTensors).toBe(held + 3);
    maps.forEach(({ layer, data, shape }, l) => {
      expect(layer).toBe(backbone.layers[l]);
      expect(shape).toEqual(features[l]?.shape);
      expect(data).toEqual(features[l]?.dataSync());
    });
    tf.dispose(features);
    backbone.dispose();
    backbone.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await expect(backbone.features(images)).rejects.toThrow('received a disposed one');
  });

  it('refuses images too small for its deepest layer, and weights that do not reach it', () => {
    const weights = randomWeights(narrowResnet18, 0, ['layer1']);
    expect(() => new TfjsBackbone(weights)).toThrow(
      /^ResNet-18 weights: expected layer2\.0\.conv1\/kernel, /,
    );
    const backbone = new TfjsBackbone(weights, { layers: ['layer1'] });
    expect(() => backbone.tensorFeatures(tf.zeros([1, 3, 9, 3]))).toThrow(
      'ResNet-18: expected images [B, >=4, >=4, 3], received [1,3,9,3]',
    );
    backbone.dispose();
  });
});
