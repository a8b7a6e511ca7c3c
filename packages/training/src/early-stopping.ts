import type { StageHistory } from './checkpoint';

/** When a stage has stopped getting better. */
export interface EarlyStopping {
  /** Epochs without a better validation loss after which the stage ends. */
  readonly patience: number;
  /** What counts as better: lower by more than this. Default 0. */
  readonly minDelta?: number;
}

type Epochs = StageHistory['epochs'];

/**
 * The epoch of the lowest validation loss, counted from 1; 0 when none was measured.
 *
 * @param minDelta A later epoch has to be lower by more than this. Default 0.
 */
export function bestEpoch(epochs: Epochs, minDelta = 0): number {
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [index, { validation }] of epochs.entries()) {
    const total = validation?.total ?? Number.POSITIVE_INFINITY;
    if (total < lowest - (best === 0 ? 0 : minDelta)) {
      lowest = total;
      best = index + 1;
    }
  }
  return best;
}

/** Whether the validation loss has stood still for so long that more epochs are not worth their time. */
export function isExhausted(epochs: Epochs, { patience, minDelta = 0 }: EarlyStopping): boolean {
  return epochs.length - bestEpoch(epochs, minDelta) >= patience;
}
