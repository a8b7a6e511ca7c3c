import { expertNetPresets } from '@utad/expert-net';
import { type BlockConfig, ieNetPresets } from '@utad/ie-net';
import * as z from 'zod';
import { stageTraining } from './stage-training';

const side = z.number().int().min(4).max(4096);
const count = z.number().int().min(1);
const weight = z.number().min(0);
const size = z.tuple([side, side]).readonly();
const block = z.strictObject({ filters: count, factor: count });

const ieNet = z.strictObject({
  inputSize: size,
  encoder: z.array(block).min(1),
  decoder: z.array(block).min(1),
  latent: count,
  mlp: z.tuple([count, count]),
  discriminator: z.tuple([count, count, count]),
  bottleneck: z.enum(['spatial', 'vector']),
  outputKernel: count,
  vectorChannels: count,
  initialLogVariance: z.number(),
  loss: z.strictObject({ mutualInformation: weight, kl: weight, reconstruction: weight }),
});

const expertNet = z.strictObject({
  inputSize: size,
  base: count,
  downsamplings: count,
  residualBlocks: count,
  detail: count,
  detailFilters: z.tuple([count, count]),
  paintsOnInput: z.boolean(),
  mlp: count,
  loss: z.strictObject({ reconstruction: weight, naiveImpression: weight, detail: weight }),
});

/** Validates configurations: unknown keys are refused, and messages name the key. */
export const twoStageConfig = z
  .strictObject({
    ieNet,
    expertNet,
    training: z.strictObject({ ieNet: stageTraining, expertNet: stageTraining }),
    score: z.strictObject({
      /** Mean of e for one-class sets, maximum of e for defects that are small. */
      reduction: z.enum(['mean', 'max']),
    }),
  })
  .refine(({ ieNet, expertNet }) => ieNet.inputSize.join() === expertNet.inputSize.join(), {
    message: 'expected the inputSize of ieNet',
    path: ['expertNet', 'inputSize'],
  })
  .refine(({ ieNet: { encoder, decoder } }) => productOf(decoder) === productOf(encoder), {
    message: 'expected factors that undo those of the encoder',
    path: ['ieNet', 'decoder'],
  })
  .refine(({ ieNet: { inputSize, encoder } }) => divides(productOf(encoder), inputSize), {
    message: 'expected sides divisible by the factors of the encoder',
    path: ['ieNet', 'inputSize'],
  })
  .refine(({ expertNet: { inputSize, downsamplings } }) => divides(2 ** downsamplings, inputSize), {
    message: 'expected no more halvings than the inputSize has',
    path: ['expertNet', 'downsamplings'],
  });

/** Everything that fixes a two-stage detector: networks, losses, training, score. Plain data. */
export type TwoStageConfig = z.infer<typeof twoStageConfig>;

/** What no preset makes use of. */
const plain = {
  warmUpSteps: 0,
  clipNorm: null,
  earlyStopping: null,
  keep: 'last',
  explosionFactor: 100,
} as const;

const adam = { kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** As the paper trains: 200 epochs, batches of 4; SGD for IE-Net, Adam for Expert-Net. */
const paper: TwoStageConfig = {
  ieNet: mutable(ieNetPresets.paper),
  expertNet: mutable(expertNetPresets.paper),
  training: {
    ieNet: {
      epochs: 200,
      batchSize: 4,
      optimizer: { kind: 'sgd', learningRate: 1e-3, momentum: 0.9 },
      schedule: 'constant',
      ...plain,
    },
    expertNet: { epochs: 200, batchSize: 4, optimizer: adam, schedule: 'constant', ...plain },
  },
  score: { reduction: 'max' },
};

/** Minutes on a CPU. Adam reaches in tens of epochs what SGD does in hundreds. */
const fast: TwoStageConfig = {
  ieNet: mutable(ieNetPresets.fast),
  expertNet: mutable(expertNetPresets.fast),
  training: {
    ieNet: { epochs: 30, batchSize: 8, optimizer: adam, schedule: 'cosine', ...plain },
    expertNet: { epochs: 15, batchSize: 8, optimizer: adam, schedule: 'cosine', ...plain },
  },
  score: { reduction: 'max' },
};

const small: TwoStageConfig = {
  ...fast,
  ieNet: mutable(ieNetPresets.small),
  expertNet: mutable(expertNetPresets.small),
  score: { reduction: 'mean' },
};

/**
 * Configurations by name: `paper` (256x256), `fast` (128x128, minutes on a CPU), `small` (64x64, for one-class sets).
 */
export const twoStagePresets = { small, fast, paper } as const;

function productOf(blocks: readonly BlockConfig[]): number {
  return blocks.reduce((product, { factor }) => product * factor, 1);
}

function divides(factor: number, sides: readonly number[]): boolean {
  return sides.every((side) => side % factor === 0);
}

function mutable<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
