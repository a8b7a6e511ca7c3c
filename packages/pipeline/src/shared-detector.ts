import type { AnomalyDetector } from '@utad/detector';
import { usageError } from './errors';

/** Frees a detector once all predictions that were begun with it have ended. */
export class SharedDetector {
  readonly #detector: Pick<AnomalyDetector, 'dispose'>;
  readonly #waiting: (() => void)[] = [];
  #predictions = 0;
  #state: 'open' | 'disposed' | 'freed' = 'open';

  constructor(detector: Pick<AnomalyDetector, 'dispose'>) {
    this.#detector = detector;
  }

  /**
   * Results of a prediction; the detector is kept until the last one is taken, or the loop over them is left.
   *
   * @throws PipelineError `usage` when the detector is disposed of before the first is asked for.
   */
  async *during<T, R>(results: AsyncGenerator<T, R>): AsyncGenerator<T, R> {
    if (this.#state !== 'open') throw usageError('predict: expected a detector that is open');
    this.#predictions++;
    try {
      return yield* results;
    } finally {
      this.#predictions--;
      this.#free();
    }
  }

  /** No prediction begins any more. Resolves when the last one has ended and the detector is freed. */
  dispose(): Promise<void> {
    if (this.#state === 'open') this.#state = 'disposed';
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#free();
    });
  }

  #free(): void {
    if (this.#state === 'open' || this.#predictions > 0) return;
    if (this.#state === 'disposed') {
      this.#state = 'freed';
      this.#detector.dispose();
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
