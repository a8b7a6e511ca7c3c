import type { FitSummary } from '@utad/detector';
import type { Losses } from '@utad/training';

type Epoch = FitSummary['stages'][number]['epochs'][number];

/** The course of one stage in three points, for people and JSON. */
export interface StageSummary {
  readonly epochs: number;
  readonly seconds: number;
  /** Mean losses of the first epoch, the middle one and the last; null for a stage of no epochs. */
  readonly start: Losses | null;
  readonly middle: Losses | null;
  readonly end: Losses | null;
  /** On the held-out images after the last epoch. */
  readonly heldOut: Losses | null;
  /** The epoch, counted from 1, whose weights the stage ended with. */
  readonly kept: number;
}

export function summariseStages({ stages }: FitSummary): Record<string, StageSummary> {
  return Object.fromEntries(stages.map(({ stage, epochs, kept }) => [stage, summarise(epochs, kept)]));
}

function summarise(epochs: readonly Epoch[], kept = epochs.length): StageSummary {
  const last = epochs.at(-1);
  return {
    epochs: epochs.length,
    seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    start: epochs[0]?.losses ?? null,
    middle: epochs[Math.floor((epochs.length - 1) / 2)]?.losses ?? null,
    end: last?.losses ?? null,
    heldOut: last?.validation ?? null,
    kept,
  };
}
