import type { Confusion, PixelCurves, PrecisionRecallCurve, RocCurve } from '@utad/eval';
import { formatHundredths } from '../page/format';
import type { Html } from '../page/html';
import { type Point, unitChart } from './unit-chart';

/** What chance reaches where good and anomalous ones are called alike. */
const DIAGONAL = { from: 0, to: 1 };

/** What a curve counts. */
export type Subject = 'images' | 'pixels';

/** How a threshold works: rates in [0, 1]. */
interface Operation {
  /** Share of the good ones that are called anomalous. */
  readonly falseAlarms: number;
  /** Share of the anomalous ones that are found. */
  readonly recall: number;
  /** Share of those called anomalous that are; absent where none are called so. */
  readonly precision?: number;
  /** Share of a region's pixels that are found, averaged over regions. */
  readonly overlap?: number;
}

/** How a threshold works on images; needs both classes. */
export function operationOf(confusion: Confusion): Operation {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const called = truePositives + falsePositives;
  return {
    falseAlarms: falsePositives / (falsePositives + trueNegatives),
    recall: truePositives / (truePositives + falseNegatives),
    ...(called > 0 && { precision: truePositives / called }),
  };
}

/** The same on pixels, between the two points of the curves that lie about the threshold. */
export function pixelOperationOf(curves: PixelCurves, threshold: number): Operation {
  const after = curves.thresholds.findIndex((value) => value < threshold);
  const next = after < 0 ? curves.thresholds.length - 1 : after;
  const last = after < 0 ? next : Math.max(next - 1, 0);
  const [high = 0, low = 0] = [curves.thresholds[last], curves.thresholds[next]];
  const share = Number.isFinite(high) && high > low ? (high - threshold) / (high - low) : 0;
  const between = (column: Float64Array) => {
    const [from = 0, to = 0] = [column[last], column[next]];
    return from + share * (to - from);
  };
  return {
    falseAlarms: between(curves.falsePositiveRate),
    recall: between(curves.truePositiveRate),
    ...(last > 0 && { precision: between(curves.precision) }),
    overlap: between(curves.overlap),
  };
}

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
    chance: DIAGONAL,
    mark: [at.falseAlarms, at.recall],
  });
}

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
    const end: Point = [value, height];
    return i === 0 ? [end] : [[recall[i - 1] ?? 0, height], end];
  });
  return unitChart({
    label: `Precision-recall curve of ${subject}. ${
      at.precision === undefined
        ? `The fitted threshold calls none of them anomalous.`
        : `At the fitted threshold, ${formatHundredths(at.recall)} % of the anomalous ${subject} are found, and ${formatHundredths(at.precision)} % of those called anomalous are.`
    }`,
    axes: [`recall: anomalous ${subject} found`, 'precision: rightly called so'],
    curve,
    chance: share === undefined ? undefined : { from: share, to: share },
    mark: at.precision === undefined ? undefined : [at.recall, at.precision],
  });
}

/** Where the area under the curve ends: above it, a map marks so much that no one would use it. */
const proLimit = 0.3;

/** Per-region overlap against false alarms, with the area that AUPRO measures. */
export function proChart({ falsePositiveRate, overlap }: PixelCurves, at: Operation): Html {
  return unitChart({
    label:
      `Per-region overlap curve. At the fitted threshold, ${formatHundredths(at.overlap ?? 0)} % of a defect is found on average, ` +
      `and ${formatHundredths(at.falseAlarms)} % of good pixels are called anomalous. AUPRO is the area up to ${proLimit}.`,
    axes: ['good pixels called anomalous', 'mean share of a defect found'],
    curve: pointsOf(falsePositiveRate, overlap),
    chance: DIAGONAL,
    limit: proLimit,
    mark: at.overlap === undefined ? undefined : [at.falseAlarms, at.overlap],
  });
}

/** Two columns as points. */
function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  return Array.from(x, (a, i) => [a, y[i] ?? Number.NaN]);
}
