import { precisionRecallCurve, rocCurve } from '@utad/eval';
import { operationOf, pixelOperationOf } from '../../charts/operation';
import { precisionRecallChart } from '../../charts/precision-recall';
import { proChart } from '../../charts/pro';
import { rocChart } from '../../charts/roc';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';
import { curveNumbers } from './curve-numbers';
import { workingPoint } from './working-point';

/** What every threshold would give, and where the fitted one works. */
export function curves(data: ReportData): Html {
  return html`<section aria-labelledby="curves"><h2 id="curves">Curves</h2>
<p>Each point of a curve is one threshold, from the strictest on the left. The dot is the fitted threshold, the only one that
prediction uses; the dotted line is chance.</p>
<h3>Images</h3>
${imageCurves(data)}
${data.pixelCurves ? pixelCurves(data, data.pixelCurves) : ''}</section>`;
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
  const at = operationOf(scores, thresholds.image);
  const share = labels.filter((label) => label === 1).length / labels.length;
  return html`<div class="charts curves">
<figure>${rocChart(roc, 'images', at)}<figcaption>ROC curve: what share of anomalous images is found for every share of false alarms.</figcaption></figure>
<figure>${precisionRecallChart(precisionRecall, 'images', at, share)}<figcaption>Precision-recall curve: how many of the images called anomalous are, for every share of them that is found.</figcaption></figure>
${workingPoint({ scores, thresholds })}
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
