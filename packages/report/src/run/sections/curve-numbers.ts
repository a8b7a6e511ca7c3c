import type { Subject } from '../../charts/operation';
import { formatHundredths } from '../../page/format';
import { type Html, html } from '../../page/html';
import { table } from './table';

/** Columns of curves, from the strictest threshold to the loosest. */
export interface CurveColumns {
  readonly falsePositiveRate: ArrayLike<number>;
  readonly truePositiveRate: ArrayLike<number>;
  readonly precision: ArrayLike<number>;
  readonly recall: ArrayLike<number>;
  readonly overlap?: ArrayLike<number>;
}

const falseAlarms = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3];
const recalls = [0.5, 0.8, 0.9, 0.95, 0.99, 1];

/** The curves in numbers, for those who cannot see them or want to write them down. */
export function curveNumbers(subject: Subject, curves: CurveColumns): Html {
  const percent = (share: number) => `${formatHundredths(share)} %`;
  const { overlap } = curves;
  return html`<details><summary>Curves of ${subject} in numbers</summary>
${table({
  caption: `With at most this share of good ${subject} called anomalous`,
  columns: [
    `Good ${subject} called anomalous, at most`,
    `Anomalous ${subject} found`,
    ...(overlap ? ['Mean share of a defect found'] : []),
  ],
  rows: falseAlarms.map((limit) => [
    percent(limit),
    percent(lastWithin(curves.falsePositiveRate, curves.truePositiveRate, limit)),
    ...(overlap ? [percent(lastWithin(curves.falsePositiveRate, overlap, limit))] : []),
  ]),
})}
${table({
  caption: `With at least this share of anomalous ${subject} found`,
  columns: [`Anomalous ${subject} found, at least`, 'Of those called anomalous, are'],
  rows: recalls.map((least) => [percent(least), percent(bestFrom(curves.recall, curves.precision, least))]),
})}</details>`;
}

/** The value at the loosest threshold that keeps the rate at or under a limit. */
function lastWithin(rate: ArrayLike<number>, values: ArrayLike<number>, limit: number): number {
  let last = 0;
  for (let i = 0; i < rate.length && (rate[i] ?? 1) <= limit; i++) last = values[i] ?? 0;
  return last;
}

/** The largest value among thresholds that find at least this share. */
function bestFrom(recall: ArrayLike<number>, values: ArrayLike<number>, least: number): number {
  let best = 0;
  for (let i = 0; i < recall.length; i++) {
    if ((recall[i] ?? 0) >= least) best = Math.max(best, values[i] ?? 0);
  }
  return best;
}
