/** Why a metric has no value; see {@link MetricError}. */
export type MetricErrorCode =
  /** Only good or only anomalous samples: nothing can be ranked. */
  | 'one-class'
  /** No anomalous pixel where the metric divides by their number. */
  | 'no-positives'
  /** No data at all. */
  | 'empty'
  /** Two arrays that belong together differ in length. */
  | 'length'
  /** A label is neither 0 nor 1. */
  | 'label'
  /** A score or value is NaN or infinite. */
  | 'not-finite'
  /** A parameter lies outside its range. */
  | 'range';

/**
 * A metric that cannot be computed, and why.
 *
 * The codes `one-class` and `no-positives` say that the metric is undefined for sound data, which a caller may report
 * as no value; the other codes are mistakes in the call.
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
  readonly code: MetricErrorCode;

  constructor(code: MetricErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
