/** Why a metric has no value; see {@link MetricError}. */
export type MetricErrorCode =
  /** Only good or only anomalous samples: nothing can be ranked. */
  | 'one-class'
  /** No anomalous pixel where the metric divides by their number. */
  | 'no-positives'
  /** Fewer than two samples of a class: how much they vary cannot be told. */
  | 'too-few'
  /** Resampling never reached the estimate from one side, so that a BCa interval is undefined. */
  | 'one-sided'
  /** No data at all. */
  | 'empty'
  /** Two arrays that belong together differ in length, or do not fill whole maps. */
  | 'length'
  /** A label is neither 0 nor 1. */
  | 'label'
  /** A score or value is NaN or infinite. */
  | 'not-finite'
  /** Scores that have to be a `Float32Array` are not. */
  | 'not-float32'
  /** A parameter lies outside its range. */
  | 'range'
  /** Two runs of a comparison are the same one. */
  | 'duplicate';

/**
 * A metric that cannot be computed, and why.
 *
 * The codes `one-class`, `no-positives`, `too-few` and `one-sided` say that the metric is undefined for sound data,
 * which a caller may report as no value; the other codes are mistakes in the call.
 *
 * @example
 * ```ts
 * try {
 *   auroc = rocAuc(labels, scores);
 * } catch (error) {
 *   if (!(error instanceof MetricError) || error.code !== 'one-class') throw error;
 *   auroc = null;
 * }
 * ```
 */
export class MetricError extends Error {
  override readonly name = 'MetricError';
  /** Why, for code to branch on. */
  readonly code: MetricErrorCode;

  constructor(code: MetricErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a metric expected, and what came. */
export function unexpected(
  code: MetricErrorCode,
  metric: string,
  expected: string,
  received: unknown,
): MetricError {
  return new MetricError(code, `${metric}: expected ${expected}, received ${received}`);
}
