/** `cosine` falls from the full learning rate to none over the run, as half a cosine wave. */
export type Schedule = 'constant' | 'cosine';

/** The course of the learning rate over a stage. */
export interface LearningRateOptions {
  /** Steps of the whole stage. */
  readonly steps: number;
  /** Default `constant`. */
  readonly schedule?: Schedule;
  /** Over so many steps at the start the rate rises evenly to its full height. Default 0. */
  readonly warmUpSteps?: number;
}

/**
 * Factor on the learning rate, in [0, 1].
 *
 * @param step Steps taken before this one, from 0.
 * @example learningRateFactor(50, { steps: 100, schedule: 'cosine' }) // 0.5
 * @example learningRateFactor(0, { steps: 100, warmUpSteps: 4 }) // 0.25
 */
export function learningRateFactor(
  step: number,
  { steps, schedule = 'constant', warmUpSteps = 0 }: LearningRateOptions,
): number {
  const warm = step < warmUpSteps ? (step + 1) / warmUpSteps : 1;
  return schedule === 'constant' ? warm : (warm * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}
