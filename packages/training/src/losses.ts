import * as tf from '@tensorflow/tfjs';
import type { Losses } from '@utad/core';
import { type Dataset, deriveSeed, everyIndex } from '@utad/core';
import { readBatches } from './batches';
import { type GroupedStage, groupsOf, inGroup, type LossTensors, type Stage } from './stage';

interface Reading {
  readonly groups: Record<string, LossTensors>;
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

  /** What is added from now on belongs to this step. */
  begin(step: number, weight = 1): void {
    this.waiting.push({ groups: {}, step, weight });
  }

  /** Takes ownership of the losses of a group. */
  add(group: string, losses: LossTensors): void {
    const last = this.waiting.at(-1);
    if (last !== undefined) last.groups[group] = losses;
  }

  addSeconds(seconds: number): void {
    this.seconds += seconds;
  }

  /**
   * Brings what waits into the sums.
   *
   * @returns The losses of the last step, or undefined when none were waiting.
   */
  async read(): Promise<Losses | undefined> {
    const waiting = this.waiting;
    this.waiting = [];
    let last: Losses | undefined;
    try {
      for (const { groups, step, weight } of waiting) {
        const values = await valuesOf(groups);
        for (const [name, value] of Object.entries(values)) {
          this.sums[name] = (this.sums[name] ?? 0) + value * weight;
        }
        this.check(values, step);
        last = values;
        this.weight += weight;
      }
    } finally {
      for (const { groups } of waiting) tf.dispose(groups);
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
    for (const { groups } of this.waiting) tf.dispose(groups);
    this.waiting = [];
  }
}

async function valuesOf(groups: Readonly<Record<string, LossTensors>>): Promise<Losses> {
  const values: Record<string, number> = {};
  let sum = 0;
  for (const [group, { terms, total }] of Object.entries(groups)) {
    for (const [name, scalar] of Object.entries({ ...terms, total })) {
      const [value = Number.NaN] = await scalar.data();
      values[inGroup(group, name)] = value;
    }
    sum += values[inGroup(group, 'total')] ?? Number.NaN;
  }
  // That of a stage without groups is there by this name already.
  return { ...values, total: values.total ?? sum };
}

/** How {@link validationLosses} measures. */
export interface ValidationOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Sees the losses of every batch, and may throw. */
  readonly check: (losses: Losses) => void;
}

/** Mean losses on images kept out of training, with the same noise every time. */
export async function validationLosses(
  stage: Stage | GroupedStage,
  data: Dataset,
  { batchSize, seed, check }: ValidationOptions,
): Promise<Losses> {
  const meter = new LossMeter(check);
  const { inputSize: size, smallestBatch = 1 } = stage;
  try {
    let batchIndex = 0;
    for await (const { images, records } of readBatches(data, {
      order: everyIndex(data),
      batchSize,
      size,
      smallestBatch,
    })) {
      const noise = deriveSeed(seed, 'validation', stage.name, batchIndex);
      meter.begin(batchIndex, images.shape[0]);
      try {
        const groups = tf.tidy(() => {
          const inputs = stage.prepare(images, noise, records);
          const measured = groupsOf(stage).map(
            ([name, group]) => [name, group.losses(inputs, false)] as const,
          );
          return Object.fromEntries(measured);
        });
        for (const [group, losses] of Object.entries(groups)) meter.add(group, losses);
      } finally {
        images.dispose();
      }
      batchIndex += 1;
    }
    await meter.read();
    return meter.takeMeans().losses;
  } finally {
    meter.dispose();
  }
}
