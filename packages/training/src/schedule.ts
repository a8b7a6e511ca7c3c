/** `cosine` falls from the full learning rate to none over the run, as half a cosine wave. */
export type Schedule = 'constant' | 'cosine';

/**
 * Factor on the learning rate.
 *
 * @param progress Share of the steps taken, in [0, 1].
 * @example learningRateFactor('cosine', 0.5) // 0.5
 */
export function learningRateFactor(schedule: Schedule, progress: number): number {
  return schedule === 'constant' ? 1 : (1 + Math.cos(Math.PI * progress)) / 2;
}
