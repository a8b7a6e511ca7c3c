import type * as tf from '@tensorflow/tfjs';
import type { StageHistory } from '@utad/core';
import { CheckpointError } from './checkpoint';

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

const PREFIX = 'best/';

/** A copy of a stage's weights, moving averages included, as they were after its best epoch. */
export class BestWeights {
  private copies = new Map<string, tf.Tensor>();

  constructor(private readonly weights: ReadonlyMap<string, tf.Variable>) {}

  /** Replaces what is kept by the weights as they are. */
  take(): void {
    this.dispose();
    this.copies = new Map([...this.weights].map(([name, weight]) => [name, weight.clone()]));
  }

  /** Puts the weights back to what is kept. */
  apply(): void {
    for (const [name, copy] of this.copies) this.weights.get(name)?.assign(copy);
  }

  /** Under the names that {@link restore} looks for; they stay this object's. */
  state(): Map<string, tf.Tensor> {
    return new Map([...this.copies].map(([name, copy]) => [PREFIX + name, copy]));
  }

  /** @throws CheckpointError when one is missing or has another shape. */
  restore(tensors: ReadonlyMap<string, tf.Tensor>): void {
    this.dispose();
    for (const [name, weight] of this.weights) {
      const saved = tensors.get(PREFIX + name);
      if (saved === undefined || saved.shape.join() !== weight.shape.join()) {
        const message = `checkpoint: expected the best ${name} of shape [${weight.shape}]`;
        throw new CheckpointError('weights', message);
      }
      this.copies.set(name, saved.clone());
    }
  }

  dispose(): void {
    for (const copy of this.copies.values()) copy.dispose();
    this.copies.clear();
  }
}
