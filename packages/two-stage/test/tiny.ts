import { vgg19 as backbone, randomWeights } from '@utad/features';
import { type TwoStageConfig, twoStagePresets } from '@utad/two-stage';

const adam = { kind: 'adam', learningRate: 3e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const { training: stages } = twoStagePresets.fast;
const training = { ...stages.ieNet, epochs: 2, batchSize: 2, optimizer: adam, schedule: 'cosine' } as const;

/** Complete, and small enough to train in a moment. */
export const tiny: TwoStageConfig = {
  ieNet: {
    inputSize: [16, 16],
    encoder: [
      { filters: 2, factor: 4 },
      { filters: 2, factor: 2 },
    ],
    decoder: [
      { filters: 2, factor: 2 },
      { filters: 2, factor: 4 },
    ],
    latent: 3,
    mlp: [4, 4],
    discriminator: [8, 4, 4],
    bottleneck: 'spatial',
    outputKernel: 1,
    vectorChannels: 2,
    initialLogVariance: -4,
    loss: { mutualInformation: 1, kl: 0.001, reconstruction: 100 },
  },
  expertNet: {
    inputSize: [16, 16],
    base: 2,
    downsamplings: 2,
    residualBlocks: 1,
    detail: 2,
    detailFilters: [2, 2],
    paintsOnInput: false,
    mlp: 4,
    loss: { reconstruction: 1, naiveImpression: 1, detail: 1 },
  },
  training: { ieNet: training, expertNet: training },
  score: { reduction: 'max' },
};

export const vgg19 = randomWeights(backbone, 1);
