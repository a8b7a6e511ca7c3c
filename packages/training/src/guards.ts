import * as tf from '@tensorflow/tfjs';
import type { Losses, StageHistory } from '@utad/core';
import type { StartingPoint } from './checkpoint';
import type { TrivialTerm } from './stage';

/** Training ran away: a loss is no longer a number, or it or the weights grew beyond reason. The weights are worthless. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  /** Always this one. */
  readonly code = 'diverged';

  constructor(
    /** The stage that ran away. */
    readonly stage: string,
    /** Counts from 1 through the stage. */
    readonly step: number,
    /** The loss term, `total`, or `weight norm`. */
    readonly term: string,
    /** What the term had come to. */
    readonly value: number,
    /** What it had to stay below; absent where the value is not finite. */
    readonly limit?: number,
  ) {
    const expected = limit === undefined ? 'a finite number' : `less than ${limit.toPrecision(3)}`;
    const received = Number.isFinite(value) ? value.toPrecision(3) : value;
    super(
      `${stage}: expected ${expected} for "${term}", received ${received} at step ${step}; a lower learning rate may help`,
    );
  }
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

/** So many epochs at least make "stays": terms may begin at their trivial value. */
const FEWEST_EPOCHS = 3;
const SHARE_OF_EPOCHS = 0.1;

/**
 * Terms that have stayed at their trivial value long enough by the last of these epochs, and not already by the one
 * before it.
 */
export function newlyTrivial(
  terms: Readonly<Record<string, TrivialTerm>>,
  epochs: StageHistory['epochs'],
  plannedEpochs: number,
): string[] {
  const window = Math.max(FEWEST_EPOCHS, Math.ceil(plannedEpochs * SHARE_OF_EPOCHS));
  if (epochs.length < window) return [];
  const runs = epochs.slice(-window - 1).map(({ losses }) => losses);
  return Object.entries(terms)
    .filter(([name, { value, tolerance }]) => {
      const at = runs.map((losses) => Math.abs((losses[name] ?? Number.NaN) - value) <= tolerance);
      return at.slice(-window).every(Boolean) && (at.length <= window || at[0] === false);
    })
    .map(([name]) => name);
}
