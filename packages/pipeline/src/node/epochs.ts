import type * as tf from '@tensorflow/tfjs';
import type { Dataset, ImageRecord } from '@utad/core';
import type { AnomalyDetector } from '@utad/detector';
import { randomWeights, vgg19 } from '@utad/features';
import type { BackendSpeed } from '@utad/runtime/conformance';
import { TwoStage, type TwoStageConfig, twoStagePresets } from '@utad/two-stage';

/** What an epoch is taken to be, so that presets and machines can be compared. */
export const IMAGES_PER_EPOCH = 200;

/** How long an epoch takes with a preset. */
export interface EpochEstimate {
  /** Of the two-stage method. */
  readonly preset: string;
  /** Of {@link IMAGES_PER_EPOCH} images through every stage. */
  readonly seconds: number;
  /** `measured`: by training steps of this preset; `estimated`: from the steps and operations of others. */
  readonly basis: 'measured' | 'estimated';
}

/** The pass forward, and two gradients that cost as much each. */
const PASSES = 3;
/** The fewest images that a batch may have. */
const FEWEST = 2;

interface EpochOptions {
  readonly speed: Pick<BackendSpeed, 'gflops'>;
  /** For all presets together, about. */
  readonly budgetSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How long an epoch of 200 images takes with each preset, both stages together.
 *
 * The cheapest presets are measured by real training steps, as far as there is time. Of the others, convolutions are
 * taken to run at the speed measured for a convolution with its gradients, and all the rest at the time per value
 * that the largest measured preset took for it. A backend too slow for any step is judged by its convolutions alone.
 */
export async function estimateEpochs(options: EpochOptions): Promise<EpochEstimate[]> {
  const { speed, budgetSeconds, signal } = options;
  const { gradients } = speed.gflops;
  if (gradients === null) return [];
  const rate = gradients * 1e9;
  const began = performance.now();
  const left = () => budgetSeconds - (performance.now() - began) / 1000;
  const weights = randomWeights(vgg19, 0);
  let perValue = 0;

  const estimates: EpochEstimate[] = [];
  for (const [preset, config] of Object.entries(twoStagePresets)) {
    signal?.throwIfAborted();
    const detector = new TwoStage(config, { vgg19: weights });
    const work = workOf(detector.networks());
    detector.dispose();
    const predicted = predict(work, { rate, perValue });
    const plan = affordable(predicted, config.training.ieNet.batchSize, left());
    if (plan === undefined) {
      estimates.push({ preset, seconds: IMAGES_PER_EPOCH * predicted, basis: 'estimated' });
      continue;
    }
    const trained = new TwoStage(withPlan(config, plan), { vgg19: weights });
    try {
      const seconds = await secondsPerImage(trained, { ...plan, signal });
      perValue = Math.max(0, (seconds - (PASSES * work.flop) / rate) / work.values);
      estimates.push({ preset, seconds: IMAGES_PER_EPOCH * seconds, basis: 'measured' });
    } finally {
      trained.dispose();
    }
  }
  return estimates;
}

/** Seconds an image. */
function predict({ flop, values }: Work, { rate, perValue }: { rate: number; perValue: number }): number {
  return (PASSES * flop) / rate + values * perValue;
}

interface Plan {
  readonly images: number;
  readonly epochs: number;
}

/** As good a measurement as there is time for: warmed up and with whole batches, or neither. */
function affordable(secondsPerImage: number, batch: number, left: number): Plan | undefined {
  const plans: Plan[] = [
    { images: batch, epochs: 3 },
    { images: FEWEST, epochs: 2 },
    { images: FEWEST, epochs: 1 },
  ];
  // The first step of a network takes longer, and other work than convolutions may not be in the prediction yet.
  return plans.find(({ images, epochs }) => 2 * secondsPerImage * images * epochs < left);
}

function withPlan(config: TwoStageConfig, { images, epochs }: Plan): TwoStageConfig {
  const { ieNet, expertNet } = config.training;
  return {
    ...config,
    training: {
      ieNet: { ...ieNet, batchSize: images, epochs },
      expertNet: { ...expertNet, batchSize: images, epochs },
    },
  };
}

/**
 * Seconds that a detector's training takes for an image, all stages together: real epochs of one batch each.
 *
 * @param detector Its configuration must say one batch of this many images, and this many epochs.
 * @param images In the batch.
 * @param epochs The first is not counted where there are more.
 */
async function secondsPerImage(
  detector: AnomalyDetector,
  { images, epochs, signal }: { images: number; epochs: number; signal: AbortSignal | undefined },
): Promise<number> {
  const times = new Map<string, number[]>();
  await detector.fit(noise(images, detector.inputSize), {
    seed: 0,
    ...(signal && { signal }),
    onEvent: (event) => {
      if (event.type === 'epoch') times.set(event.stage, [...(times.get(event.stage) ?? []), event.seconds]);
    },
  });
  let seconds = 0;
  for (const all of times.values()) {
    const counted = epochs > 1 ? all.slice(1) : all;
    seconds += counted.reduce((sum, time) => sum + time, 0) / counted.length;
  }
  return seconds / images;
}

/** Images that no two are alike of; how long training takes depends on their size alone. */
function noise(count: number, [height, width]: readonly [number, number]): Dataset {
  return {
    count,
    fingerprint: `noise ${count} ${height} ${width}`,
    async *records(order) {
      for (const index of order) yield record(index);
    },
  };

  function record(index: number): ImageRecord {
    let state = index + 1;
    const image = Uint8Array.from({ length: height * width * 3 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    });
    return { id: `${index}`, label: 0, defectType: 'good', image, size: [height, width], channels: 3 };
  }
}

/** What a detector's networks do with one image, once through. */
interface Work {
  /** Operations of convolutions and dense layers, a multiplication and an addition for every product. */
  readonly flop: number;
  /** Values that layers put out: what everything else has to read and write. */
  readonly values: number;
}

/** Counted layer by layer, from the sizes of weights and outputs. */
export function workOf(networks: Readonly<Record<string, tf.LayersModel>>): Work {
  let [flop, values] = [0, 0];
  for (const { layers } of Object.values(networks)) {
    for (const layer of layers) {
      const output = sizes(layer.outputShape);
      values += product(output);
      const kernel = layer.weights
        .map(({ shape }) => sizes(shape))
        .find(({ length }) => length === 4 || length === 2);
      if (kernel === undefined) continue;
      // A kernel of rank 4 is used at every place of the output, one of rank 2 once.
      const places = kernel.length === 4 ? product(output.slice(0, 2)) : 1;
      flop += 2 * product(kernel) * places;
    }
  }
  return { flop, values };
}

/** Known sides, without the batch. */
function sizes(shape: tf.Shape | tf.Shape[]): number[] {
  return shape.flat().filter((side) => side !== null);
}

function product(factors: readonly number[]): number {
  return factors.reduce((all, factor) => all * factor, 1);
}
