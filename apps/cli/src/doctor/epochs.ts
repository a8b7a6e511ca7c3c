import { randomVgg19Weights } from '@utad/perceptual';
import type { BackendSpeed } from '@utad/runtime/conformance';
import { TwoStage, type TwoStageConfig, twoStagePresets } from '@utad/two-stage';
import { IMAGES_PER_EPOCH } from './images-per-epoch';
import type { EpochEstimate } from './part';
import { secondsPerImage } from './step-seconds';
import { type Work, workOf } from './work';

/** The pass forward, and two gradients that cost as much each. */
const PASSES = 3;
/** The fewest images that a batch may have. */
const FEWEST = 2;

export interface EpochOptions {
  readonly speed: Pick<BackendSpeed, 'gflops'>;
  /** For all presets together, about. */
  readonly budgetSeconds: number;
  readonly signal: AbortSignal;
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
  const vgg19 = randomVgg19Weights(0);
  let perValue = 0;

  const estimates: EpochEstimate[] = [];
  for (const [preset, config] of Object.entries(twoStagePresets)) {
    signal.throwIfAborted();
    const detector = new TwoStage(config, { vgg19 });
    const work = workOf(detector.networks());
    detector.dispose();
    const predicted = predict(work, { rate, perValue });
    const plan = affordable(predicted, config.training.ieNet.batchSize, left());
    if (plan === undefined) {
      estimates.push({ preset, seconds: IMAGES_PER_EPOCH * predicted, basis: 'estimated' });
      continue;
    }
    const trained = new TwoStage(withPlan(config, plan), { vgg19 });
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
