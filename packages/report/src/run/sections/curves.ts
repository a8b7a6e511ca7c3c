import { histogramChart } from '../../charts/histogram';
import { rocChart } from '../../charts/roc';
import { formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ImageScore, ReportData } from '../data';
import { table } from './table';

/** ROC curve, score histogram and how each kind of image fares. */
export function curves({ scores, thresholds }: ReportData): Html {
  return html`<section aria-labelledby="curves"><h2 id="curves">Scores</h2>
${
  scores.length === 0
    ? html`<p>No image was scored.</p>`
    : html`<div class="charts">
<figure>${histogramChart(scores, thresholds.image)}<figcaption>Image scores: how many images have which. What lies right of the dashed line is called anomalous; the less good and anomalous images overlap, the better the detector.</figcaption></figure>
${
  new Set(scores.map(({ label }) => label)).size === 2
    ? html`<figure>${rocChart(scores, thresholds.image)}<figcaption>ROC curve: what share of anomalous images is found for every share of false alarms. The dot is the fitted threshold, the dashed line chance.</figcaption></figure>`
    : html`<p>There is no ROC curve: it compares good with anomalous images, and the test set has only one of the two.</p>`
}
</div>${byKind(scores, thresholds.image)}`
}</section>`;
}

function byKind(scores: readonly ImageScore[], threshold: number): Html {
  const kinds = [...new Set(scores.map(({ kind }) => kind))].map((kind) => {
    const images = scores.filter((image) => image.kind === kind);
    return {
      kind,
      good: images.every(({ label }) => label === 0),
      images: images.length,
      mean: images.reduce((sum, { score }) => sum + score, 0) / images.length,
      called: images.filter(({ score }) => score >= threshold).length,
    };
  });
  kinds.sort((a, b) => Number(b.good) - Number(a.good) || b.mean - a.mean);
  return table({
    caption: 'By kind of image',
    columns: ['Kind', 'Images', 'Mean score', 'Called anomalous', 'Share'],
    rows: kinds.map(({ kind, images, mean, called }) => [
      kind,
      images,
      formatNumber(mean),
      called,
      `${Math.round((called / images) * 100)} %`,
    ]),
  });
}
