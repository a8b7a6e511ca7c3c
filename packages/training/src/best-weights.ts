import type * as tf from '@tensorflow/tfjs';
import { CheckpointError } from './checkpoint';

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
        throw new CheckpointError(`checkpoint: expected the best ${name} of shape [${weight.shape}]`);
      }
      this.copies.set(name, saved.clone());
    }
  }

  dispose(): void {
    for (const copy of this.copies.values()) copy.dispose();
    this.copies.clear();
  }
}
