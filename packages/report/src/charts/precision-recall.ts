import type { PrecisionRecallCurve } from '@utad/eval';
import { formatHundredths } from '../page/format';
import type { Html } from '../page/html';
import type { Operation, Subject } from './operation';
import type { Point } from './simplify';
import { unitChart } from './unit-chart';

/**
 * Precision-recall curve by steps, so that the area under the line is the average precision.
 *
 * @param share of the samples that are anomalous, which is the precision of chance; `undefined` where it is not known
 */
export function precisionRecallChart(
  { precision, recall }: Omit<PrecisionRecallCurve, 'thresholds'>,
  subject: Subject,
  at: Operation,
  share?: number,
): Html {
  const curve = Array.from(recall).flatMap((value, i): Point[] => {
    const height = precision[i] ?? 0;
    return i === 0
      ? [[value, height]]
      : [
          [recall[i - 1] ?? 0, height],
          [value, height],
        ];
  });
  return unitChart({
    label: `Precision-recall curve of ${subject}. ${
      at.precision === undefined
        ? `The fitted threshold calls none of them anomalous.`
        : `At the fitted threshold, ${formatHundredths(at.recall)} % of the anomalous ${subject} are found, and ${formatHundredths(at.precision)} % of those called anomalous are.`
    }`,
    axes: [`recall: anomalous ${subject} found`, 'precision: rightly called so'],
    curve,
    ...(share !== undefined && {
      chance: [
        [0, share],
        [1, share],
      ] as const,
    }),
    mark: at.precision === undefined ? undefined : [at.recall, at.precision],
  });
}
