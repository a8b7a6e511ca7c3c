import type { EvaluatedImage, Prediction } from '@utad/detector';
import type { Batch } from '@utad/training';
import type { EvaluationObserver } from '../observer';
import { codesOf, type Embed } from './codes-of';

/** Collects the latent codes of the test images, of a detector that has some. */
export class CodeObserver implements EvaluationObserver {
  readonly items: EvaluatedImage[] = [];
  readonly codes: Float32Array[] = [];

  constructor(readonly embed: Embed) {}

  async see({ images }: Batch, _: Prediction, items: readonly EvaluatedImage[]): Promise<void> {
    this.codes.push(...(await codesOf(images, this.embed)));
    this.items.push(...items);
  }
}
