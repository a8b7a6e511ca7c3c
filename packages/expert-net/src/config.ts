import type { Size } from '@utad/core';

/** Everything that fixes Expert-Net's shape and loss. Plain data. */
export interface ExpertNetConfig {
  /** Height and width of the images, each divisible by 2 to the power of `downsamplings`. */
  readonly inputSize: Size;
  /** Filters of the stem; each stride-2 block doubles them. */
  readonly base: number;
  /** Stride-2 blocks of an encoder, and up-samplings of a decoder. */
  readonly downsamplings: number;
  /** Residual blocks at the end of an encoder, and as many at the start of a decoder. */
  readonly residualBlocks: number;
  /** Length of the detail vector s. */
  readonly detail: number;
  /** Filters of the first two convolutions of E_S; the third has one for each number of s. */
  readonly detailFilters: readonly [number, number];
  /**
   * Whether each path paints onto its input rather than drawing its output anew: `x̂ = sigmoid(logit(m) + D(E(m), s))`, and
   * m̂ likewise from x. They start at x̂ = m and m̂ = x, which narrow networks trained for minutes would otherwise not
   * reach (docs/decisions/0007).
   */
  readonly paintsOnInput: boolean;
  /** Width of the two hidden layers that make γ and β of s. */
  readonly mlp: number;
  /** What each term of the loss is multiplied by. */
  readonly loss: ExpertNetLossConfig;
}

/** Weights of the three L1 terms of section 3.2. */
export interface ExpertNetLossConfig {
  /** Of |x̂ - x|. */
  readonly reconstruction: number;
  /** Of |m̂ - m|. */
  readonly naiveImpression: number;
  /** Of |ŝ - s|. */
  readonly detail: number;
}

/** The stem and three stride-2 blocks are the paper's four convolutional blocks. */
const paper: ExpertNetConfig = {
  inputSize: [256, 256],
  // With the widths of IE-Net it brings both networks to the 16.77 M parameters of Table 4.
  base: 28,
  downsamplings: 3,
  residualBlocks: 2,
  detail: 8,
  detailFilters: [32, 64],
  paintsOnInput: false,
  mlp: 256,
  // The detail term pulls at every pixel at once: at weight 1 path A learns several times slower (docs/decisions/0006).
  loss: { reconstruction: 1, naiveImpression: 1, detail: 0.1 },
};

/** For a CPU: narrower, and a stride-2 block fewer, so that what is left of detail is kept. */
const fast: ExpertNetConfig = {
  ...paper,
  inputSize: [128, 128],
  base: 12,
  downsamplings: 2,
  residualBlocks: 1,
  paintsOnInput: true,
  mlp: 128,
};

/** The paper's low-resolution setting: one residual block. */
const small: ExpertNetConfig = {
  ...paper,
  inputSize: [64, 64],
  base: 16,
  downsamplings: 2,
  residualBlocks: 1,
};

/** Configurations by name: `paper` (images of 256x256), `fast` (128x128, for a CPU), `small` (64x64). */
export const expertNetPresets: Readonly<Record<'paper' | 'fast' | 'small', ExpertNetConfig>> = {
  paper,
  fast,
  small,
};
