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

/**
 * The preset `small`, narrower, for minutes on two cores. The vector bottleneck: a code of 64 numbers holds the pose and
 * light of a washer, and has no room for a defect.
 */
const config: TwoStageConfig = {
  ...small,
  ieNet: {
    ...small.ieNet,
    bottleneck: 'vector',
    latent: 64,
    encoder: [
      { filters: 8, factor: 2 },
      { filters: 16, factor: 2 },
      { filters: 32, factor: 2 },
    ],
    decoder: [
      { filters: 32, factor: 2 },
      { filters: 16, factor: 2 },
      { filters: 8, factor: 2 },
    ],
  },
  expertNet: { ...small.expertNet, base: 8, mlp: 64 },
  training: {
    ieNet: { ...small.training.ieNet, epochs: 60 },
    expertNet: { ...small.training.expertNet, epochs: 20 },
  },
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
