import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { torchvisionPreprocessing } from '@utad/features';
import { withWeightsFile } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { channelWeightsFromSafetensors, PerceptualScorer } from '@utad/perceptual';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemOf } from '../../features/test/problem-of';
import { referenceImage, referenceWeights, relativeError, uniform } from '../../features/test/reference';
import { type FileTensor, f32, inMemory, safetensorsFile } from '../../features/test/safetensors-file';

/** What fixtures/lpips_reference.py computed in float64. */
const expected = z
  .object({
    perImage: z.array(z.number()),
    perLayer: z.array(z.number()),
    unweighted: z.array(z.number()),
    gradient: z.array(z.number()),
  })
  .parse(JSON.parse(readFileSync(new URL('fixtures/lpips-reference.json', import.meta.url), 'utf8')));

const channels = [64, 128, 256];

/** The linear layers of that script. */
function linear(): Float32Array[] {
  let offset = 20_000_000;
  return channels.map((count) => {
    offset += count;
    return Float32Array.from(uniform(offset - count, count));
  });
}

/** A file of them as LPIPS saves them, with some changed, added or (undefined) left out. */
function linearFile(changes: Record<string, FileTensor | undefined> = {}, prefix = ''): Uint8Array {
  const all = new Map<string, FileTensor>();
  linear().forEach((values, i) => {
    all.set(`${prefix}lin${i}.model.1.weight`, f32([1, values.length, 1, 1], values));
  });
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor === undefined) all.delete(name);
    else all.set(name, tensor);
  }
  return safetensorsFile(all);
}

describe('LPIPS', () => {
  let vgg: TfjsBackbone;
  let lpips: PerceptualScorer;
  beforeAll(async () => {
    vgg = new TfjsBackbone(referenceWeights(torchvisionPreprocessing));
    const channelWeights = await channelWeightsFromSafetensors(inMemory(linearFile()), vgg.layers);
    lpips = new PerceptualScorer(vgg, { channelWeights, difference: 'l2', normalize: 'unit' });
  });
  afterAll(() => vgg.dispose());

  const images = () => [referenceImage(0), referenceImage(1)] as const;

  it('has the distances that PyTorch computes, in all, of each image and of each layer', () => {
    const [a, b] = images();
    const mean = expected.perImage.reduce((sum, value) => sum + value / 2, 0);
    expect(relativeError(lpips.distance(a, b).dataSync(), [mean])).toBeLessThan(1e-5);
    expect(relativeError(lpips.distances(a, b).dataSync(), expected.perImage)).toBeLessThan(1e-5);
    expect(relativeError(lpips.distancePerLayer(a, b).dataSync(), expected.perLayer)).toBeLessThan(1e-5);
  });

  it('has the gradient that PyTorch computes', () => {
    const [a, b] = images();
    const gradient = tf.grad((x) => lpips.distance(x.as4D(2, 12, 8, 3), b))(a);
    const found = gradient.dataSync().filter((_, i) => i % 7 === 0);
    expect(relativeError(found, expected.gradient)).toBeLessThan(1e-3);
  });

  it('without its linear layers is the same with weights of 1', () => {
    const [a, b] = images();
    const channelWeights = channels.map((count) => new Float32Array(count).fill(1));
    const plain = new PerceptualScorer(vgg, { channelWeights, difference: 'l2', normalize: 'unit' });
    expect(relativeError(plain.distances(a, b).dataSync(), expected.unweighted)).toBeLessThan(1e-5);
    // The mean over channels is a C-th of the sum.
    const means = new PerceptualScorer(vgg, { layerWeights: channels, difference: 'l2', normalize: 'unit' });
    expect(relativeError(means.distances(a, b).dataSync(), expected.unweighted)).toBeLessThan(1e-5);
  });
});

describe('channelWeightsFromSafetensors', () => {
  const layers = ['conv1_2', 'conv2_2', 'conv3_4'];
  const readPath = (path: string) =>
    withWeightsFile(path, (file) => channelWeightsFromSafetensors(file, layers));
  const read = (bytes: Uint8Array) => channelWeightsFromSafetensors(inMemory(bytes), layers);

  it('reads the names of LPIPS behind any prefix, plain ones, and those of layers', async () => {
    expect(await read(linearFile())).toEqual(linear());
    expect(await read(linearFile({}, 'net.'))).toEqual(linear());
    const [zero, one, two] = linear();
    const plain = new Map([
      ['lin0', f32([64], zero ?? expect.unreachable())],
      ['lin1', f32([1, 128, 1, 1], one ?? expect.unreachable())],
      ['weights.conv3_4', f32([256], two ?? expect.unreachable())],
    ]);
    expect(await read(safetensorsFile(plain))).toEqual(linear());
  });

  it.each<[string, string, Record<string, FileTensor | undefined>, string]>([
    [
      'lacks a layer',
      'missing',
      { 'lin1.model.1.weight': undefined },
      'expected lin1.model.1.weight or lin1 or conv2_2, found lin0.model.1.weight, lin2.model.1.weight',
    ],
    [
      'has a layer twice',
      'ambiguous',
      { conv1_2: f32([64], new Float32Array(64)) },
      'expected one of lin0.model.1.weight, lin0, conv1_2, found conv1_2 and lin0.model.1.weight',
    ],
    [
      'has another shape',
      'shape',
      { 'lin0.model.1.weight': f32([64, 1, 1, 1], new Float32Array(64)) },
      'expected lin0.model.1.weight of shape [1,C,1,1] or [C], received [64,1,1,1]',
    ],
    [
      'has another type',
      'dtype',
      { 'lin0.model.1.weight': { dtype: 'F64', shape: [64], bytes: new Uint8Array(512) } },
      'expected lin0.model.1.weight as F32 or F16 or BF16, received F64',
    ],
    [
      'has a negative value',
      'value',
      { 'lin2.model.1.weight': f32([2], Float32Array.of(1, -0.5)) },
      'expected values of at least 0 in lin2.model.1.weight, received -0.5',
    ],
    [
      'has a value that is no number',
      'value',
      { 'lin2.model.1.weight': f32([2], Float32Array.of(1, Number.NaN)) },
      'expected values of at least 0 in lin2.model.1.weight, received NaN',
    ],
  ])('refuses a file that %s', async (_, problem, changes, message) => {
    const error = await problemOf(read(linearFile(changes)));
    expect(error).toMatchObject({ code: problem, message: `channel weights: ${message}` });
  });

  it('reads a file of the disk, and says in one line which is not there or cut short', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'utad-lpips-'));
    try {
      const path = join(folder, 'lpips.safetensors');
      await writeFile(path, linearFile());
      expect(await readPath(path)).toEqual(linear());
      await writeFile(path, linearFile().subarray(0, 1500));
      expect(await problemOf(readPath(path))).toMatchObject({ code: 'size' });
      const nowhere = await problemOf(readPath(join(folder, 'nowhere')));
      expect(nowhere).toMatchObject({
        code: 'unreadable',
        message: expect.stringMatching(/^[^\n]*cannot read [^\n]*nowhere: ENOENT[^\n]*$/),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
