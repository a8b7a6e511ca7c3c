import * as tf from '@tensorflow/tfjs';
import type { Losses } from './events';
import type { StageLosses } from './stage';

interface Reading {
  readonly losses: Readonly<Record<string, tf.Scalar>>;
  readonly step: number;
  readonly weight: number;
}

/** Sums losses over an epoch. They stay on the backend until read, since each reading waits for it. */
export class LossMeter {
  private waiting: Reading[] = [];
  private sums: Record<string, number> = {};
  private weight = 0;
  private seconds = 0;

  /** @param check Sees the losses of every step as they are read, and may throw. */
  constructor(private readonly check: (losses: Losses, step: number) => void) {}

  /** Takes ownership of the losses. */
  add({ total, terms }: StageLosses, step: number, weight = 1): void {
    this.waiting.push({ losses: { ...terms, total }, step, weight });
  }

  addSeconds(seconds: number): void {
    this.seconds += seconds;
  }

  /**
   * Brings what waits into the sums.
   *
   * @returns The last losses added, or undefined when none were waiting.
   */
  async read(): Promise<Losses | undefined> {
    const waiting = this.waiting;
    this.waiting = [];
    let last: Losses | undefined;
    try {
      for (const { losses, step, weight } of waiting) {
        const values: Record<string, number> = {};
        for (const [name, scalar] of Object.entries(losses)) {
          const [value = Number.NaN] = await scalar.data();
          values[name] = value;
          this.sums[name] = (this.sums[name] ?? 0) + value * weight;
        }
        this.check(values, step);
        last = values;
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
