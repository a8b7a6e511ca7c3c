import {
  vgg19,
  WeightsError,
  type WeightsErrorCode,
  weightsFromManifest,
  weightsSha256,
} from '@utad/features';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerTable, referenceTensors } from './reference';

interface Entry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: unknown;
}
interface Group {
  paths: string[];
  weights: Entry[];
}

const tensors = referenceTensors();
const names = Object.keys(tensors);
const keras = (name: string) => name.replace(/^conv(\d)_(\d)/, 'block$1_conv$2');

/** Bytes of tensors one after the other. */
function concatenated(of: readonly string[]): Uint8Array {
  const parts = of.map((name) => tensors[name]?.data ?? expect.unreachable(name));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return new Uint8Array(all.buffer);
}

/** A manifest of one group a layer, as Keras names them, and its files. */
function perLayer(): { groups: Group[]; files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  const groups = layerTable.map(([layer], i) => {
    const own = [`${layer}/kernel`, `${layer}/bias`];
    const path = `group${i + 1}-shard1of1`;
    files.set(path, concatenated(own));
    const weights = own.map((name) => ({
      name: keras(name),
      shape: [...(tensors[name]?.shape ?? [])],
      dtype: 'float32',
    }));
    return { paths: [path], weights };
  });
  return { groups, files };
}

const reader = (files: ReadonlyMap<string, Uint8Array>) => async (path: string) => {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no ${path}`);
  return bytes;
};

async function problemOf(promise: Promise<unknown>): Promise<WeightsError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WeightsError)) throw new Error(`expected a WeightsError, received ${error}`);
  return error;
}

describe('weightsFromManifest', () => {
  let hash = '';
  beforeAll(() => {
    hash = weightsSha256(vgg19, tensors);
  });

  it('reads every tensor of a manifest object with a group a layer', async () => {
    const { groups, files } = perLayer();
    const weights = await weightsFromManifest(
      vgg19,
      { format: 'any', weightsManifest: groups },
      reader(files),
    );
    expect(Object.keys(weights.tensors)).toEqual(names);
    for (const name of names) {
      const { shape, data } = weights.tensors[name] ?? expect.unreachable(name);
      expect(shape).toEqual(tensors[name]?.shape);
      expect(data.every((value, i) => value === tensors[name]?.data[i])).toBe(true);
    }
    expect(weights).toMatchObject({ name: 'VGG-19', sha256: hash, preprocessing: { name: 'keras' } });
  });

  it('reads a bare array, short names behind a prefix, and tensors cut anywhere into files', async () => {
    const all = concatenated(names);
    const cuts = [0, 5, 1_000_001, 4_000_002, all.length];
    const files = new Map(cuts.slice(1).map((end, i) => [`dir/part${i}`, all.slice(cuts[i], end)]));
    const weights = names.map((name) => ({
      name: `model/${name}`,
      shape: [...(tensors[name]?.shape ?? [])],
      dtype: 'float32',
    }));
    const read = await weightsFromManifest(vgg19, [{ paths: [...files.keys()], weights }], reader(files), {
      name: 'mine',
    });
    expect(read).toMatchObject({ name: 'mine', sha256: hash });
  });

  it('leaves later layers alone and does not read the files after the last byte needed', async () => {
    const { groups, files } = perLayer();
    groups.at(-1)?.weights.push({ name: 'block4_conv1/kernel', shape: [3, 3, 256, 512], dtype: 'float32' });
    groups.at(-1)?.paths.push('never-read');
    groups.push({
      paths: ['../never/read'],
      weights: [{ name: 'predictions/kernel', shape: [4], dtype: 'int32' }],
    });
    expect((await weightsFromManifest(vgg19, groups, reader(files))).sha256).toBe(hash);
  });

  it('passes on what the reader throws', async () => {
    await expect(weightsFromManifest(vgg19, perLayer().groups, reader(new Map()))).rejects.toThrow(
      'no group1-shard1of1',
    );
  });

  type Case = [string, WeightsErrorCode, (m: ReturnType<typeof perLayer>) => unknown, RegExp];
  const cases: Case[] = [
    [
      'no manifest',
      'malformed',
      () => ({ weights: [] }),
      /expected a TensorFlow.js manifest, .*, received {"weights":\[\]}$/,
    ],
    ['null', 'malformed', () => null, /expected a TensorFlow.js manifest, .*, received null$/],
    [
      'a group that is none, naming its place',
      'malformed',
      ({ groups }) => ({ weightsManifest: [...groups, 'group'] }),
      /expected weightsManifest\[8\] of the manifest to be an object, received "group"$/,
    ],
    [
      'a group without tensors',
      'malformed',
      ({ groups }) => groups.map(({ paths }) => ({ paths })),
      /expected \[0\]\.weights of .* to be an array, received undefined$/,
    ],
    [
      'a path that is no string',
      'malformed',
      ({ groups: [first] }) => [{ ...first, paths: [7] }],
      /expected \[0\]\.paths\[0\] of .* to be a string, received 7$/,
    ],
    [
      'a tensor without a name',
      'malformed',
      ({ groups: [first] }) => [{ ...first, weights: [{ shape: [1], dtype: 'float32' }] }],
      /expected \[0\]\.weights\[0\]\.name of .* to be a string, received undefined$/,
    ],
    [
      'a tensor without a type',
      'malformed',
      ({ groups: [first] }) => [{ ...first, weights: [{ name: 'a', shape: [1] }] }],
      /expected \[0\]\.weights\[0\]\.dtype of .* to be a string, received undefined$/,
    ],
    [
      'a shape that is no list',
      'malformed',
      ({ groups: [first] }) => [{ ...first, weights: [{ name: 'a', shape: 3, dtype: 'float32' }] }],
      /expected \[0\]\.weights\[0\]\.shape of .* to be an array, received 3$/,
    ],
    ...['3', -1, 1.5, null].map(
      (size): Case => [
        `the size ${JSON.stringify(size)}`,
        'malformed',
        ({ groups: [first] }) => [{ ...first, weights: [{ name: 'a', shape: [3, size], dtype: 'float32' }] }],
        /expected \[0\]\.weights\[0\]\.shape\[1\] of .* to be an integer of at least 0, received ("3"|-1|1\.5|null)$/,
      ],
    ),
    [
      'a missing layer, naming those there',
      'missing',
      ({ groups }) => groups.filter((_, i) => i !== 3),
      /expected conv2_2\/kernel, conv2_2\/bias, found block1_conv1\/kernel, .*block3_conv4\/bias$/,
    ],
    ['an empty manifest', 'missing', () => [], /found none$/],
    [
      'another shape',
      'shape',
      ({ groups }) => {
        const [kernel] = groups[1]?.weights ?? [];
        if (kernel) kernel.shape = [3, 3, 32, 64];
        return groups;
      },
      /expected block1_conv2\/kernel of shape \[3,3,64,C\], C from 1 to 4096, received \[3,3,32,64\]$/,
    ],
    [
      'another type',
      'dtype',
      ({ groups }) => {
        const [, bias] = groups[2]?.weights ?? [];
        if (bias) bias.dtype = 'int32';
        return groups;
      },
      /expected block2_conv1\/bias as float32, received int32/,
    ],
    [
      'quantised values',
      'dtype',
      ({ groups }) => {
        const [kernel] = groups[0]?.weights ?? [];
        if (kernel) kernel.quantization = { dtype: 'uint8', scale: 1, min: 0 };
        return groups;
      },
      /received quantised float32/,
    ],
    [
      'a layer twice',
      'ambiguous',
      ({ groups }) => [...groups, ...groups.slice(0, 1)],
      /expected one conv1_1\/kernel/,
    ],
    [
      'a truncated file',
      'size',
      ({ groups, files }) => {
        files.set('group5-shard1of1', files.get('group5-shard1of1')?.slice(0, -1) ?? new Uint8Array());
        return groups;
      },
      /expected 1180672 bytes in group5-shard1of1, received 1180671/,
    ],
    [
      'a file that is too long',
      'size',
      ({ groups, files }) => {
        files.set('group1-shard1of1', new Uint8Array(7169));
        return groups;
      },
      /expected 7168 bytes in group1-shard1of1, received 7169/,
    ],
    [
      'a group without files',
      'size',
      ({ groups }) => groups.map((group, i) => (i === 0 ? { ...group, paths: [] } : group)),
      /expected 7168 bytes in no file, received 0/,
    ],
  ];

  it.each(cases)('refuses %s', async (_, problem, change, message) => {
    const source = perLayer();
    const manifest = change(source);
    const error = await problemOf(weightsFromManifest(vgg19, manifest, reader(source.files)));
    expect(error.code).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'C:\\x', 'a\\..\\x', 'file:x', 'https://host/x', ''])(
    'refuses the path %j before it reads anything',
    async (path) => {
      const { groups } = perLayer();
      groups[7]?.paths.push(path);
      const error = await problemOf(
        weightsFromManifest(vgg19, groups, async () => expect.unreachable('read')),
      );
      expect(error).toMatchObject({ code: 'path', subject: path });
    },
  );
});
