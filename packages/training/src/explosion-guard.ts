import * as tf from '@tensorflow/tfjs';
import { DivergedError } from './diverged-error';
import type { Losses } from './events';

/** Where a stage began: what explosion is measured against. */
export interface StartingPoint {
  /** Total loss of the first step; absent until it was read. */
  readonly loss?: number;
  /** Euclidean norm of all trainable weights before the first step. */
  readonly weightNorm: number;
}

/**
 * Stops a stage that runs away. Losses alone do not tell: those of outputs that saturate are bounded, however far off the
 * weights are.
 */
export class ExplosionGuard {
  private start: StartingPoint;

  constructor(
    private readonly stage: string,
    private readonly weights: readonly tf.Tensor[],
    /** How many times its starting value the loss, or the norm of the weights, may become. */
    private readonly factor: number,
  ) {
    this.start = { weightNorm: 0 };
  }

  /** Takes the weights as they are for those of the beginning. */
  async begin(): Promise<void> {
    this.start = { weightNorm: await this.weightNorm() };
  }

  state(): StartingPoint {
    return this.start;
  }

  restore(start: StartingPoint): void {
    this.start = start;
  }

  /** @throws DivergedError when a loss is not finite. */
  checkFinite(losses: Losses, step: number): void {
    for (const [term, value] of Object.entries(losses)) {
      if (!Number.isFinite(value)) throw new DivergedError(this.stage, step, term, value);
    }
  }

  /** @throws DivergedError when a loss of training is not finite, or the total is too far above the first. */
  checkLosses(losses: Losses, step: number): void {
    this.checkFinite(losses, step);
    const total = losses.total ?? 0;
    if (this.start.loss === undefined) this.start = { ...this.start, loss: total };
    const limit = Math.abs(this.start.loss ?? 0) * this.factor;
    if (limit > 0 && total > limit) throw new DivergedError(this.stage, step, 'total', total, limit);
  }

  /** @throws DivergedError when the weights have grown too far. */
  async checkWeights(step: number): Promise<void> {
    const norm = await this.weightNorm();
    const limit = this.start.weightNorm * this.factor;
    if (!Number.isFinite(norm)) throw new DivergedError(this.stage, step, 'weight norm', norm);
    if (limit > 0 && norm > limit) throw new DivergedError(this.stage, step, 'weight norm', norm, limit);
  }

  private async weightNorm(): Promise<number> {
    const norm = tf.tidy(() => tf.addN(this.weights.map((weight) => weight.square().sum())).sqrt());
    try {
      const [value = Number.NaN] = await norm.data();
      return value;
    } finally {
      norm.dispose();
    }
  }
}
