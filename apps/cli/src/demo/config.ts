import type { SyntheticCategory } from '@utad/datasets';
import { type TwoStageConfig, twoStagePresets } from '@utad/two-stage';

/** The data of the demonstration. */
export interface DemoData {
  readonly category: SyntheticCategory;
  /** Height and width in pixels. */
  readonly size: number;
  /** Good images for training. */
  readonly train: number;
  /** Good images for testing, and images of each type of defect. */
  readonly good: number;
  readonly defective: number;
}

const data: DemoData = { category: 'washer', size: 64, train: 200, good: 40, defective: 8 };

const { small } = twoStagePresets;

const adam = { kind: 'adam', learningRate: 1.5e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * The preset `small`, narrower, for minutes on two cores: some 5.8 TFLOP in all. Pooling down to 2x2 leaves the impression room
 * for the pose and light of a washer and none for a defect (docs/decisions/0005).
 */
const config: TwoStageConfig = {
  ieNet: {
    ...small.ieNet,
    encoder: [
      { filters: 8, factor: 2 },
      { filters: 16, factor: 4 },
      { filters: 48, factor: 4 },
    ],
    decoder: [
      { filters: 48, factor: 4 },
      { filters: 16, factor: 4 },
      { filters: 8, factor: 2 },
    ],
    latent: 32,
    mlp: [128, 128],
    discriminator: [128, 64, 32],
    outputKernel: 3,
  },
  expertNet: { ...small.expertNet, base: 8, mlp: 64, detailFilters: [8, 16], paintsOnInput: true },
  training: {
    ieNet: { ...small.training.ieNet, epochs: 25, batchSize: 4, optimizer: adam },
    expertNet: { ...small.training.expertNet, epochs: 24, batchSize: 4, optimizer: adam },
  },
  score: { reduction: 'mean' },
};

/** How much of it `--quick` does. */
const QUICK_SHARE = 1 / 5;

export function demoSettings({ quick }: { quick: boolean }): { data: DemoData; config: TwoStageConfig } {
  if (!quick) return { data, config };
  const part = (count: number) => Math.max(2, Math.round(count * QUICK_SHARE));
  const { ieNet, expertNet } = config.training;
  return {
    data: { ...data, train: part(data.train), good: part(data.good), defective: part(data.defective) },
    config: {
      ...config,
      training: {
        ieNet: { ...ieNet, epochs: part(ieNet.epochs) },
        expertNet: { ...expertNet, epochs: part(expertNet.epochs) },
      },
    },
  };
}
