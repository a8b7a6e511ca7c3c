import * as tf from '@tensorflow/tfjs';
import type { Losses } from './events';
import type { StageLosses } from './stage';

/** A loss term stopped being a number: the run can't recover, and its weights are worthless. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  constructor(
    readonly stage: string,
    readonly step: number,
    readonly term: string,
    readonly value: number,
  ) {
    super(
      `${stage}: expected a finite loss, received ${value} for "${term}" by step ${step}; a lower learning rate may help`,
    );
  }
}

interface Reading {
  readonly losses: Readonly<Record<string, tf.Scalar>>;
  readonly weight: number;
}

/** Sums losses over an epoch. They stay on the backend until read, since each reading waits for it. */
export class LossMeter {
  private waiting: Reading[] = [];
  private sums: Record<string, number> = {};
  private weight = 0;
  private seconds = 0;

  /** Takes ownership of the losses. */
  add({ total, terms }: StageLosses, weight = 1): void {
    this.waiting.push({ losses: { ...terms, total }, weight });
  }

  addSeconds(seconds: number): void {
    this.seconds += seconds;
  }

  /**
   * Brings what waits into the sums.
   *
   * @returns The last losses added, or undefined when none were waiting.
   * @throws DivergedError when one is not finite.
   */
  async read(stage: string, step: number): Promise<Losses | undefined> {
    const waiting = this.waiting;
    this.waiting = [];
    let last: Record<string, number> | undefined;
    try {
      for (const { losses, weight } of waiting) {
        last = {};
        for (const [name, scalar] of Object.entries(losses)) {
          const [value = Number.NaN] = await scalar.data();
          if (!Number.isFinite(value)) throw new DivergedError(stage, step, name, value);
          last[name] = value;
          this.sums[name] = (this.sums[name] ?? 0) + value * weight;
        }
        this.weight += weight;
      }
    } finally {
      for (const { losses } of waiting) tf.dispose(losses);
    }
    return last;
  }

  /** Means since the last call, and seconds; what was read is forgotten. */
  takeMeans(): { losses: Losses; seconds: number } {
    const losses = Object.fromEntries(
      Object.entries(this.sums).map(([name, sum]) => [name, sum / this.weight]),
    );
    const { seconds } = this;
    this.restore({ steps: 0, seconds: 0, sums: {} });
    return { losses, seconds };
  }

  state(): { steps: number; seconds: number; sums: Losses } {
    return { steps: this.weight, seconds: this.seconds, sums: { ...this.sums } };
  }

  restore({ steps, seconds, sums }: { steps: number; seconds: number; sums: Losses }): void {
    this.weight = steps;
    this.seconds = seconds;
    this.sums = { ...sums };
  }

  dispose(): void {
    for (const { losses } of this.waiting) tf.dispose(losses);
    this.waiting = [];
  }
}
