import type { BootstrapOptions } from '@utad/eval';

export const CONFIDENCE = 0.95;

/** Up to so many images an interval is corrected for bias and skew, which takes a measurement for each image. */
const CORRECTED_UP_TO = 1000;

/** How intervals of a test set of this size are made: what the correction changes shrinks as images become many. */
export function resamplingFor(images: number): BootstrapOptions {
  return images <= CORRECTED_UP_TO
    ? { confidence: CONFIDENCE, method: 'bca', resamples: 2000, seed: 0 }
    : { confidence: CONFIDENCE, method: 'percentile', resamples: 1000, seed: 0 };
}
