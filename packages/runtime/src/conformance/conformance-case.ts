/** One thing that a backend must get right: an op's result, or its gradient with respect to one input. */
export interface ConformanceCase {
  /** Says everything that sets this case apart: `'conv2d 3x3 stride 2 same, [2,7,6,3] to 8 channels, gradient of x'`. */
  readonly name: string;
  /** The function of TensorFlow.js, such as `conv2d`. */
  readonly op: string;
  /** `'forward'`, or `'gradient of '` and the name of an input. */
  readonly what: string;
  /** What {@link run} may return at most. 0 for ops that only move values. */
  readonly tolerance: number;
  /** Among the few that stand for all, for backends that are slow. */
  readonly short: boolean;
  /**
   * Computes on TensorFlow.js's current backend and in float64.
   *
   * @returns The largest difference over the largest expected value; NaN where a value is not a number.
   * @throws Error of TensorFlow.js where an op cannot be run.
   */
  run(): Promise<number>;
}
