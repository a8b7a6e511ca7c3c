import * as tf from '@tensorflow/tfjs';
import { deriveSeed, memoryStore, uniformSource } from '@utad/core';
import { openBundle, saveBundle } from '@utad/detector';
import { vgg19 as backbone, randomWeights } from '@utad/features';
import type { BackendName } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { TwoStage, twoStageKind } from '@utad/two-stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tiny, vgg19 } from '../../packages/two-stage/test/tiny';
import { chromium } from '../../scripts/testing/chromium';
import { randomData } from '../../scripts/testing/records';
import { lossesOf, type Pictures, predictAll } from '../support/outcome';
import type { Answer, Task } from './protocol';
import { Site } from './site';

interface Outcome {
  readonly maps: readonly number[];
  readonly scores: readonly number[];
  readonly losses?: readonly (readonly number[])[];
}

/** How far one place is from the first: of the range of its map, the worst image; of its loss, the worst epoch. */
interface Difference {
  readonly map: number;
  readonly score: number;
  readonly loss: number | undefined;
}

/** Flat grey images with a brighter square on some of them, and noise. */
const pictures: Pictures = (() => {
  const [count, height, width] = [4, 16, 16];
  const values: number[] = [];
  for (let image = 0; image < count; image++) {
    const uniform = uniformSource(deriveSeed(7, 'picture', image));
    for (let pixel = 0; pixel < height * width; pixel++) {
      const inside = pixel % width < 3 * image && pixel / width < 8;
      for (let channel = 0; channel < 3; channel++)
        values.push(Math.floor(90 + (inside ? 90 : 0) + 60 * uniform()));
    }
  }
  return { shape: [count, height, width, 3], values };
})();

const store = memoryStore();
const differences = new Map<string, Difference>();
let expected: Outcome;

/** A bundle of a detector trained for a moment, and what it says here, on the best backend that there is. */
beforeAll(async () => {
  const { name } = await useBackend({ training: true });
  const detector = new TwoStage(tiny, { vgg19 });
  await detector.fit(randomData(8, { size: [16, 16] }), { seed: 2 });
  await saveBundle(store, detector, {
    thresholds: { image: 1, pixel: 1, images: 1 },
    training: { dataset: 'none', category: null, images: 8, fingerprint: 'none', seed: 2 },
    versions: {},
  });
  const { maps, scores } = await predictAll(detector, pictures);
  detector.dispose();
  const losses = await lossesOf(tiny, { vgg19 }, randomData(4, { size: [16, 16] }));
  expected = { maps, scores, losses };
  differences.set(`${name} (the others are compared with it)`, compare(expected));
});

afterAll(() => {
  const rows = [...differences].map(([where, { map, score, loss }]) => ({
    where,
    'map, of its range': map.toExponential(1),
    'score, of the range': score.toExponential(1),
    'loss of training': loss === undefined ? 'not trained' : loss.toExponential(1),
  }));
  console.table(rows);
});

const rangeOf = (map: readonly number[]): number => Math.max(...map) - Math.min(...map);
const at = (values: readonly number[], index: number): number => values[index] ?? Number.NaN;

function compare(found: Outcome): Difference {
  const [count, height, width] = pictures.shape;
  const size = height * width;
  expect(found.maps).toHaveLength(count * size);
  const images = expected.scores.map((score, image) => {
    const map = expected.maps.slice(image * size, (image + 1) * size);
    const range = rangeOf(map);
    const worst = Math.max(
      ...map.map((value, pixel) => Math.abs(value - at(found.maps, image * size + pixel))),
    );
    return { map: worst / range, score: Math.abs(score - at(found.scores, image)) / range };
  });
  const losses = found.losses?.flatMap((terms, epoch) =>
    terms.map((loss, term) => {
      const wanted = at(expected.losses?.[epoch] ?? [], term);
      return Math.abs(loss - wanted) / Math.abs(wanted);
    }),
  );
  return {
    map: Math.max(...images.map(({ map }) => map)),
    score: Math.max(...images.map(({ score }) => score)),
    loss: losses && losses.length > 0 ? Math.max(...losses) : undefined,
  };
}

/** The claim: maps within 1e-3 of their range, and no two scores swapped that differ by more. */
function expectAgreement(where: string, found: Outcome): void {
  const difference = compare(found);
  differences.set(where, difference);
  expect(difference.map).toBeLessThan(1e-3);
  expect(difference.score).toBeLessThan(1e-3);
  expect(difference.loss ?? 0).toBeLessThan(1e-3);
  const least = 1e-3 * rangeOf(expected.maps);
  for (const [i, one] of expected.scores.entries()) {
    for (const [j, other] of expected.scores.entries()) {
      if (one - other > least) expect(at(found.scores, i)).toBeGreaterThan(at(found.scores, j));
    }
  }
}

it('the images differ by more than what is compared, and training changes the losses', () => {
  const [least = 0, ...others] = [...expected.scores].sort((a, b) => a - b);
  const range = rangeOf(expected.maps);
  expect(range).toBeGreaterThan(0.1);
  expect(Math.max(...others) - least).toBeGreaterThan(0.01 * range);
  expect(expected.losses).toHaveLength(4);
});

describe('one bundle and the same images in Node', () => {
  const backends: BackendName[] = ['tfjs-node', 'wasm', 'cpu', 'webgpu'];

  it.for(backends)('have the same maps and the same order of scores on %s', async (backend, { skip }) => {
    try {
      await useBackend({ backend });
    } catch (error) {
      // These two need what a machine may lack; the others come with the packages.
      if (backend === 'tfjs-node' || backend === 'webgpu') skip(String(error));
      throw error;
    }
    const assets = async () => randomWeights(backbone, 1);
    const { detector } = await openBundle(store, [twoStageKind], { assets });
    expectAgreement(`Node, ${backend}`, await predictAll(detector, pictures));
    detector.dispose();
    if (backend === 'webgpu') tf.removeBackend('webgpu');
  });
});

const cannot = chromium === undefined ? 'there is no Chromium here; CHROME_PATH names one' : undefined;

describe.skipIf(cannot)(`the same in Chromium${cannot ? `: skipped, ${cannot}` : ''}`, () => {
  let site: Site;

  beforeAll(async () => {
    const files = new Map<string, Uint8Array | string>([['/pictures.json', JSON.stringify(pictures)]]);
    for (const name of await store.list()) files.set(`/bundle/${name}`, await store.read(name));
    site = await Site.open(files);
  });
  afterAll(() => site.close());

  async function answerOf(task: Task): Promise<Answer> {
    const answer = await site.ask(task);
    if ('error' in answer) throw new Error(answer.error);
    expect(answer.backend).toBe(task.backend);
    expect(answer.isolated).toBe(true);
    expectWell(answer);
    return answer;
  }

  /** Nothing is left behind, and every op and gradient that was checked is right. */
  function expectWell({ tensorsLeft, checked, wrong }: Answer): void {
    expect(tensorsLeft).toBe(0);
    expect(checked).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  }

  it('on cpu', async () => {
    const answer = await answerOf({ backend: 'cpu', inWorker: false, trains: false });
    expectAgreement('Chromium, cpu', answer);
  });

  it('on wasm, and a training there has the same losses', async () => {
    const answer = await answerOf({ backend: 'wasm', inWorker: false, trains: true });
    expectAgreement('Chromium, wasm', answer);
  });

  it('on wasm with threads in a worker, and a training there has the same losses', async () => {
    const answer = await answerOf({ backend: 'wasm', inWorker: true, trains: true, cores: 4 });
    expect(answer.threads).toBe(2);
    expectAgreement(`Chromium, wasm in a worker, ${answer.threads} threads`, answer);
  });

  it('on webgpu, where this Chromium has an adapter', async ({ skip }) => {
    const task = { backend: 'webgpu', inWorker: false, trains: false, provokes: true } as const;
    const answer = await site.ask(task);
    if ('error' in answer && answer.absent) skip(answer.error);
    if ('error' in answer) throw new Error(answer.error);
    expectAgreement('Chromium, webgpu on SwiftShader', answer);
    expectWell(answer);
    expect(answer.refusal).toMatch(
      /^WebGpuDeviceError: webgpu: the device reported an error \(validation\): /,
    );
  });
});
