import { type Confusion, confusionAt, precisionRecallCurve, quantileExceedance, rocCurve } from '@utad/eval';
import {
  operationOf,
  pixelOperationOf,
  precisionRecallChart,
  proChart,
  rocChart,
  type Subject,
} from '../../charts/rate-curves';
import type { Measured } from '../../measured';
import { formatHundredths, formatMetric, formatNumber, formatWhole } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { table } from '../../page/table';
import type { ReportData } from '../data';

/** What every threshold would give, and where the fitted one works. */
export function curves(data: ReportData): PageSection {
  return {
    id: 'curves',
    name: 'Curves',
    heading: 'Curves',
    content: html`<p>Each point of a curve is one threshold, from the strictest on the left. The dot is the fitted threshold, the only one that
prediction uses; the dotted line is chance.</p>
<h3>Images</h3>
${imageCurves(data)}
${data.pixelCurves ? pixelCurves(data, data.pixelCurves) : ''}`,
  };
}

function imageCurves({ scores, thresholds }: ReportData): Html {
  const labels = scores.map(({ label }) => label);
  if (new Set(labels).size < 2) {
    return html`<p>There is no curve over images: it compares good with anomalous ones, and the test set has ${
      scores.length === 0 ? 'none' : 'only one of the two'
    }.</p>`;
  }
  const values = scores.map(({ score }) => score);
  const roc = rocCurve(labels, values);
  const precisionRecall = precisionRecallCurve(labels, values);
  const confusion = confusionAt(labels, values, thresholds.image);
  const at = operationOf(confusion);
  const share = labels.filter((label) => label === 1).length / labels.length;
  return html`<div class="charts curves">
<figure>${rocChart(roc, 'images', at)}<figcaption>ROC curve: what share of anomalous images is found for every share of false alarms.</figcaption></figure>
<figure>${precisionRecallChart(precisionRecall, 'images', at, share)}<figcaption>Precision-recall curve: how many of the images called anomalous are, for every share of them that is found.</figcaption></figure>
${workingPoint(confusion)}
</div>${curveNumbers('images', { ...roc, ...precisionRecall })}`;
}

function pixelCurves({ thresholds }: ReportData, all: NonNullable<ReportData['pixelCurves']>): Html {
  const at = pixelOperationOf(all, thresholds.pixel);
  const precisionRecall = { precision: all.precision, recall: all.truePositiveRate };
  return html`<h3>Pixels</h3><div class="charts curves">
<figure>${rocChart(all, 'pixels', at)}<figcaption>ROC curve of all pixels of the test set. Sound pixels are so many that even a small share of them is a large area.</figcaption></figure>
<figure>${precisionRecallChart(precisionRecall, 'pixels', at, all.precision.at(-1))}<figcaption>Precision-recall curve of all pixels: how much of what is marked is defective.</figcaption></figure>
<figure>${proChart(all, at)}<figcaption>Per-region overlap: the share of each defect that is marked, small and large ones alike. AUPRO is the tinted area, up to 0.3, as a share of what it could be.</figcaption></figure>
</div>${curveNumbers('pixels', { ...all, ...precisionRecall })}`;
}

/** What the fitted image threshold does to every image, as counts. Needs both classes. */
function workingPoint(confusion: Confusion): Html {
  const { truePositives: found, falsePositives, trueNegatives, falseNegatives: missed } = confusion;
  const called = found + falsePositives;
  const rows = [
    ['Anomalous', found, missed],
    ['Good', falsePositives, trueNegatives],
  ] as const;
  return html`<div class="working-point"><table><caption>At the fitted threshold</caption>
<thead><tr><th scope="col">Images</th><th scope="col" class="number">Called anomalous</th><th scope="col" class="number">Called good</th></tr></thead>
<tbody>${rows.map(
    ([name, called, left]) =>
      html`<tr><th scope="row">${name}</th><td class="number">${formatWhole(called)}</td><td class="number">${formatWhole(left)}</td></tr>`,
  )}</tbody></table>
<p>Recall ${formatHundredths(found / (found + missed))} %, precision ${called === 0 ? 'not defined' : `${formatHundredths(found / called)} %`},
F1 ${formatMetric((2 * found) / (called + found + missed))}.</p></div>`;
}

/** Columns of curves, from the strictest threshold to the loosest. */
interface CurveColumns {
  readonly falsePositiveRate: ArrayLike<number>;
  readonly truePositiveRate: ArrayLike<number>;
  readonly precision: ArrayLike<number>;
  readonly recall: ArrayLike<number>;
  readonly overlap?: ArrayLike<number>;
}

const falseAlarms = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3];
const recalls = [0.5, 0.8, 0.9, 0.95, 0.99, 1];

/** The curves in numbers, for those who cannot see them or want to write them down. */
function curveNumbers(subject: Subject, curves: CurveColumns): Html {
  const percent = (share: number) => `${formatHundredths(share)} %`;
  const { falsePositiveRate: rate, overlap } = curves;
  return html`<details><summary>Curves of ${subject} in numbers</summary>
${table(
  `With at most this share of good ${subject} called anomalous`,
  [
    [`Good ${subject} called anomalous, at most`, percent],
    [`Anomalous ${subject} found`, (limit) => percent(lastWithin(rate, curves.truePositiveRate, limit))],
    overlap !== undefined && [
      'Mean share of a defect found',
      (limit) => percent(lastWithin(rate, overlap, limit)),
    ],
  ],
  falseAlarms,
)}
${table(
  `With at least this share of anomalous ${subject} found`,
  [
    [`Anomalous ${subject} found, at least`, percent],
    ['Of those called anomalous, are', (least) => percent(bestFrom(curves.recall, curves.precision, least))],
  ],
  recalls,
)}</details>`;
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

/** What each threshold is, where it came from and what it may be used for. */
export function thresholds({ thresholds: at, metrics }: ReportData): PageSection {
  const { iou } = metrics.pixel;
  return {
    id: 'thresholds',
    name: 'Thresholds',
    heading: 'How to read the thresholds',
    content: html`<p>A score or a map value that reaches its threshold counts as anomalous. Both AUROC numbers need no threshold: they only
ask whether anomalous comes before good. IoU needs one, and is given at three.</p>
<dl class="terms">
${term('Fitted, image', at.image, undefined, imageThresholdOrigin(at.images))}
${term('Fitted, pixel', at.pixel, iou.fitted, 'The 0.999 quantile of the map values on the same held-out good images. It decides which pixels are marked. The two fitted thresholds are the only ones that prediction uses: no test image took part in choosing them.')}
${term('Paper, pixel', at.paper, iou.paper, 'The map is scaled by its smallest and largest value over the whole test set and cut at one half, as in the paper. A single extreme pixel moves it, and it has to see the test set first.')}
${term('Oracle, pixel', at.oracle, iou.oracle, 'The threshold with the best IoU on the test set, chosen by looking at the ground truth: an upper bound, and not one that could be used in practice.')}
</dl>`,
  };
}

/** With fewer held-out images than this, no image stands for the share that may exceed the threshold. */
const ENOUGH_IMAGES = 20;

/** What the fitted threshold may be taken for, by the number of images that it was fitted on. */
function imageThresholdOrigin(images: number | undefined): string {
  const decides = 'It decides whether an image is called anomalous.';
  if (images === undefined || images < 1) {
    return `The 0.95 quantile of the scores of good images held out of training. ${decides}`;
  }
  const { expected, upper } = quantileExceedance(images, 0.95);
  const from =
    images === 1
      ? 'The score of the only good image held out of training'
      : `The 0.95 quantile of the scores of ${images} good images held out of training`;
  const few = images < ENOUGH_IMAGES ? `, and by chance up to about ${Math.round(100 * upper)} %` : '';
  return `${from}, so about ${Math.round(100 * expected)} % of good images are expected to exceed it${few}. ${decides}`;
}

function term(name: string, value: number | undefined, iou: Measured | undefined, words: string): Html {
  return html`<div><dt>${name}</dt><dd class="value">${value === undefined ? '–' : formatNumber(value)}${
    iou !== undefined && html`<span>IoU ${iou === null ? 'not defined' : formatMetric(iou)}</span>`
  }</dd><dd>${words}</dd></div>`;
}
