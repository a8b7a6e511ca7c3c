import type { RocCurve } from '@utad/eval';
import { formatHundredths } from '../page/format';
import type { Html } from '../page/html';
import type { Operation, Subject } from './operation';
import { pointsOf } from './points';
import { unitChart } from './unit-chart';

/** ROC curve, with the point at which the fitted threshold works. */
export function rocChart(
  { falsePositiveRate, truePositiveRate }: Omit<RocCurve, 'thresholds'>,
  subject: Subject,
  at: Operation,
): Html {
  return unitChart({
    label:
      `ROC curve of ${subject}. At the fitted threshold, ${formatHundredths(at.recall)} % of anomalous and ` +
      `${formatHundredths(at.falseAlarms)} % of good ${subject} are called anomalous.`,
    axes: [`good ${subject} called anomalous`, `anomalous ${subject} found`],
    curve: pointsOf(falsePositiveRate, truePositiveRate),
    chance: [
      [0, 0],
      [1, 1],
    ],
    mark: [at.falseAlarms, at.recall],
  });
}
