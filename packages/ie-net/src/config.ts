import type { Size } from '@utad/core';

/** One inception block: `filters` in each of its four branches, and the pooling (or up-sampling) after it. */
export interface BlockConfig {
  /** In each of the four branches: the block gives four times as many channels. */
  readonly filters: number;
  /** By which height and width shrink after the block in the encoder, and grow in the decoder. */
  readonly factor: number;
}

/** Everything that fixes IE-Net's shape and loss. Plain data. */
export interface IeNetConfig {
  /** Height and width of the images, each divisible by the product of the encoder's factors. */
  readonly inputSize: Size;
  /** E_M, from the image down. */
  readonly encoder: readonly BlockConfig[];
  /** D_M, from the bottleneck up; its factors undo the encoder's. */
  readonly decoder: readonly BlockConfig[];
  /** Length of the latent code z. */
  readonly latent: number;
  /** Widths of the first two of the three fully connected layers that make mean and log-variance. */
  readonly mlp: readonly [number, number];
  /** Widths of the first three of T's four fully connected layers. */
  readonly discriminator: readonly [number, number, number];
  /** What D_M reads: the encoder's spatial features, or z (Eq. 5 as printed). */
  readonly bottleneck: 'spatial' | 'vector';
  /** Side of the last convolution's kernel; the paper has 1. A larger one smooths the blocks that up-sampling leaves. */
  readonly outputKernel: number;
  /** Channels of the map that z is spread to, with the vector bottleneck. */
  readonly vectorChannels: number;
  /** Log-variance of z at the start: small, so that z carries something before the KL term can smother it. */
  readonly initialLogVariance: number;
  /** What each term of the loss is multiplied by. */
  readonly loss: IeNetLossConfig;
}

/** Weights of the three terms of section 3.1. */
export interface IeNetLossConfig {
  /** Weight of Eq. 4; 0 leaves out the discriminator and the KL term (the ablation "without mutual information"). */
  readonly mutualInformation: number;
  /** λ of Eq. 3. */
  readonly kl: number;
  /** λ1 of Eq. 6. */
  readonly reconstruction: number;
}

// Eq. 4 is about 1.4 at the start, and the L1 error a few hundredths: with these weights no term is lost among the
// others. The released weights (KL 0.1) silence z, see docs/decisions/0002.
const loss: IeNetLossConfig = { mutualInformation: 1, kl: 0.001, reconstruction: 100 };

/** The paper's size and widths. */
const paper: IeNetConfig = {
  inputSize: [256, 256],
  encoder: [
    { filters: 32, factor: 4 },
    { filters: 32, factor: 2 },
    { filters: 64, factor: 2 },
    { filters: 128, factor: 2 },
  ],
  decoder: [
    { filters: 128, factor: 2 },
    { filters: 64, factor: 2 },
    { filters: 32, factor: 2 },
    { filters: 32, factor: 4 },
  ],
  latent: 128,
  mlp: [256, 256],
  discriminator: [512, 256, 64],
  bottleneck: 'spatial',
  outputKernel: 1,
  vectorChannels: 32,
  initialLogVariance: -4,
  loss,
};

/** For a CPU: early pooling, narrower. */
const fast: IeNetConfig = {
  ...paper,
  inputSize: [128, 128],
  encoder: [
    { filters: 16, factor: 4 },
    { filters: 32, factor: 2 },
    { filters: 64, factor: 2 },
  ],
  decoder: [
    { filters: 64, factor: 2 },
    { filters: 32, factor: 2 },
    { filters: 16, factor: 4 },
  ],
  // The last up-sampling leaves blocks of 4x4 pixels, which a 1x1 convolution can't smooth (docs/decisions/0004).
  outputKernel: 5,
  latent: 64,
  discriminator: [256, 128, 64],
};

/** The paper's low-resolution setting: three inception blocks. */
const small: IeNetConfig = {
  ...paper,
  inputSize: [64, 64],
  encoder: [
    { filters: 16, factor: 2 },
    { filters: 32, factor: 2 },
    { filters: 64, factor: 2 },
  ],
  decoder: [
    { filters: 64, factor: 2 },
    { filters: 32, factor: 2 },
    { filters: 16, factor: 2 },
  ],
};

/** Configurations by name: `paper` (images of 256x256), `fast` (128x128, for a CPU), `small` (64x64). */
export const ieNetPresets: Readonly<Record<'paper' | 'fast' | 'small', IeNetConfig>> = { paper, fast, small };
