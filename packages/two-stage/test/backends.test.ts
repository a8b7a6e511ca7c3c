import * as tf from '@tensorflow/tfjs';
import type { ImageBatch } from '@utad/core';
import { expertNetStage } from '@utad/expert-net';
import { TfjsBackbone } from '@utad/features/tfjs';
import { ieNetStage } from '@utad/ie-net';
import type { Images } from '@utad/layers';
import type { BackendName } from '@utad/runtime';
import { checkConformance } from '@utad/runtime/conformance';
import { type Stage, trainableWeights } from '@utad/training';
import { TwoStage, type TwoStageConfig, twoStagePresets } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { randomData } from '../../../scripts/testing/records';
import { relativeError } from '../../../scripts/testing/relative-error';
import { onBackend, tryBackends } from './on-backends';
import { tiny, vgg19 } from './tiny';

const others = await tryBackends(['wasm', 'tfjs-node']);

const seconds = { timeout: 120_000 };

/** A preset with its layers and options, at a size and width that plain JavaScript can follow. */
function reduced(preset: TwoStageConfig, side: number): TwoStageConfig {
  const narrow = (blocks: TwoStageConfig['ieNet']['encoder']) =>
    blocks.map(({ filters, factor }) => ({ filters: filters / 8, factor }));
  const { ieNet, expertNet, training } = preset;
  const inputSize: [number, number] = [side, side];
  return {
    ...preset,
    ieNet: {
      ...ieNet,
      inputSize,
      encoder: narrow(ieNet.encoder),
      decoder: narrow(ieNet.decoder),
      latent: 8,
      mlp: [16, 16],
      discriminator: [16, 8, 8],
    },
    expertNet: { ...expertNet, inputSize, base: 4, detailFilters: [4, 8], mlp: 16 },
    training: {
      ieNet: { ...training.ieNet, batchSize: 3 },
      expertNet: { ...training.expertNet, batchSize: 3 },
    },
  };
}

const CONFIGS: Readonly<Record<string, TwoStageConfig>> = {
  tiny,
  'like small': reduced(twoStagePresets.small, 16),
  'like fast': reduced(twoStagePresets.fast, 16),
};

type Values = Record<string, Float32Array>;

/** The losses of a stage and the gradient of each of its weights, by name. */
async function lossesAndGradients<Inputs extends tf.TensorContainer>(
  stage: Stage<Inputs>,
  images: Images,
): Promise<Values> {
  const inputs = stage.prepare(images, 7, []);
  const weights = trainableWeights(stage);
  const terms: Record<string, tf.Scalar> = {};
  const { value, grads } = tf.variableGrads(() => {
    const losses = stage.losses(inputs, true);
    for (const [name, term] of Object.entries(losses.terms)) terms[name] = tf.keep(term);
    return losses.total;
  }, [...weights.values()]);
  const values: Values = { 'loss total': new Float32Array(await value.data()) };
  for (const [name, term] of Object.entries(terms)) {
    values[`loss ${name}`] = new Float32Array(await term.data());
  }
  for (const [name, variable] of weights) {
    const gradient = grads[variable.name];
    if (gradient !== undefined) values[name] = new Float32Array(await gradient.data());
  }
  tf.dispose([inputs, value, grads, terms]);
  return values;
}

/** What cpu computes once for every backend beside it. */
function once<K, T>(compute: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const known = new Map<K, Promise<T>>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

const expectedOf = once((config: TwoStageConfig) => measured('cpu', config));
const expectedTraining = once((epochs: number) => trained('cpu', epochs));

/** Both stages of a new detector on a backend. */
async function measured(name: BackendName, config: TwoStageConfig): Promise<Values> {
  return await onBackend(name, async () => {
    const detector = new TwoStage(config, { vgg19, seed: 3 });
    const images = tf.randomUniform<tf.Rank.R4>([3, ...detector.inputSize, 3], 0, 1, 'float32', 5);
    const { ieNet, expertNet } = detector;
    const first = await lossesAndGradients(ieNetStage(ieNet), images);
    const second = await lossesAndGradients(
      expertNetStage(expertNet, (x) => ieNet.impression(x)),
      images,
    );
    images.dispose();
    detector.dispose();
    return { ...prefixed('ie-net', first), ...prefixed('expert-net', second) };
  });
}

function prefixed(stage: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${stage} ${name}`, value]));
}

/** Of the largest gradient of all: what is smaller cancels, as a bias before a normalisation, and is rounding. */
const NOISE = 1e-4;

function largest(values: Values): number {
  return Math.max(
    ...Object.entries(values)
      .filter(([name]) => !name.includes(' loss '))
      .map(([, gradient]) => gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  );
}

describe.each(others)('$name beside cpu', ({ name, refusal }) => {
  const on = (title: string) => (refusal === undefined ? title : `${title} (${refusal})`);
  const claim = it.skipIf(refusal !== undefined);

  claim.each(Object.entries(CONFIGS))(
    on('has the same losses and gradients of every weight, %s'),
    seconds,
    async (_, config) => {
      const expected = await expectedOf(config);
      const actual = await measured(name, config);
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      expect(Object.keys(actual).length).toBeGreaterThan(80);
      const floor = NOISE * largest(expected);
      const differing = Object.entries(expected)
        .map(([key, values]) => [key, relativeError(actual[key] ?? [], values, { floor })] as const)
        .filter(([, error]) => !(error < 1e-3));
      expect(differing).toEqual([]);
    },
  );

  claim(on('has the same features of VGG-19'), seconds, async () => {
    const features = (backend: BackendName) =>
      onBackend(backend, async () => {
        const vgg = new TfjsBackbone(vgg19);
        const images = tf.randomUniform<tf.Rank.R4>([1, 24, 20, 3], 0, 1, 'float32', 5);
        const tensors = vgg.tensorFeatures(images);
        const values = await Promise.all(tensors.map((tensor) => tensor.data()));
        tf.dispose([images, tensors]);
        vgg.dispose();
        return values;
      });
    const expected = await features('cpu');
    const actual = await features(name);
    expect(expected).toHaveLength(3);
    for (const [layer, values] of expected.entries()) {
      expect(relativeError(actual[layer] ?? [], values)).toBeLessThan(1e-5);
    }
  });

  claim(on('trains to the same losses'), seconds, async () => {
    const expected = await expectedTraining(EPOCHS);
    const actual = await trained(name, EPOCHS);
    expect(actual.stages.map(({ stage }) => stage)).toEqual(['ie-net', 'expert-net']);
    for (const [index, losses] of expected.losses.entries()) {
      // Rounding grows from step to step, so later losses differ more than those of one step.
      expect(relativeError(actual.losses[index] ?? [], losses)).toBeLessThan(1e-2);
    }
    // It did learn, or equal losses would say little.
    expect(expected.losses.map((losses) => (losses.at(-1) ?? 1) < (losses[0] ?? 0))).toEqual([true, true]);
  });
});

const EPOCHS = 5;

/** Two steps of each stage an epoch, and the total loss of each. */
async function trained(name: BackendName, epochs: number) {
  return await onBackend(name, async () => {
    const { ieNet, expertNet } = tiny.training;
    const config = {
      ...tiny,
      training: { ieNet: { ...ieNet, epochs }, expertNet: { ...expertNet, epochs } },
    };
    const detector = new TwoStage(config, { vgg19, seed: 3 });
    const losses: Record<string, number[]> = {};
    const { stages } = await detector.fit(randomData(4, { size: [16, 16], seed: 2 }), {
      seed: 1,
      onEvent: (event) => {
        if (event.type === 'epoch')
          losses[event.stage] = [...(losses[event.stage] ?? []), event.losses.total ?? 0];
      },
    });
    detector.dispose();
    return { stages, losses: Object.values(losses) };
  });
}

it('meets no op that the conformance suite does not check', seconds, async () => {
  const name = others.findLast(({ refusal }) => refusal === undefined)?.name ?? 'cpu';
  await onBackend(name, async () => {
    const checked = await kernelsOf(async () => {
      await checkConformance();
    });
    const used = await kernelsOf(async () => {
      await trained(name, 1);
      await measured(name, reduced(twoStagePresets.fast, 16));
      const detector = new TwoStage(tiny, { vgg19 });
      const images: ImageBatch = { data: new Uint8Array(16 * 16 * 3), shape: [1, 16, 16, 3] };
      await detector.predict(images, { parts: 'all', pictures: 'all', differences: 'all' });
      detector.dispose();
    });
    expect(used.size).toBeGreaterThan(30);
    expect([...used].filter((kernel) => !checked.has(kernel))).toEqual([]);
  });
});

/** Every kernel of the current backend that a computation runs. */
async function kernelsOf(compute: () => Promise<void>): Promise<Set<string>> {
  const { kernelNames } = await tf.profile(async () => {
    await compute();
    return [];
  });
  const kernels = new Set(tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName));
  // Gradients of our own come as well, as scopes without a name.
  return new Set(kernelNames.filter((name) => kernels.has(name)));
}
