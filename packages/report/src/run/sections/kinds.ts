import { bestF1, quantile } from '@utad/eval';
import { distributionChart, type KindScores } from '../../charts/distribution';
import { mostDots } from '../../charts/lane';
import { formatMetric, formatNumber, formatWhole } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';
import type { KindResult, Measured } from '../metrics';
import { confidenceOf, intervalOf } from './interval';
import { table } from './table';

/** Where it fails: how the scores of each kind of image lie, and the numbers of each. */
export function kinds({ scores, thresholds, kinds: results = [], gallery }: ReportData): Html {
  const groups = groupsOf(scores);
  return html`<section aria-labelledby="kinds"><h2 id="kinds">Types of defect</h2>
${
  groups.length === 0
    ? html`<p>No image was scored.</p>`
    : html`<figure class="wide">${distributionChart(groups, {
        fitted: thresholds.image,
        best: bestThreshold(scores),
      })}<figcaption>${legend(groups)}</figcaption></figure>`
}
${results.length > 0 && byKind(results)}
${gallery && html`<p>The images themselves, wrong calls first, are <a href="#gallery">at the end</a>.</p>`}</section>`;
}

/** Good images first, then the kinds of defect from the least to the most anomalous by their median. */
function groupsOf(scores: ReportData['scores']): KindScores[] {
  const groups = new Map<string, KindScores & { images: ReportData['scores'][number][] }>();
  for (const image of scores) {
    // Of one name, good and anomalous images are two kinds all the same.
    const key = `${image.label}/${image.defectType}`;
    const group = groups.get(key) ?? { kind: image.defectType, label: image.label, images: [] };
    group.images.push(image);
    groups.set(key, group);
  }
  const median = ({ images }: KindScores) =>
    quantile(
      images.map(({ score }) => score),
      0.5,
    );
  return [...groups.values()].map((group) => ({ ...group, median: median(group) })).sort(order);
}

/** The same in the chart and in the table. */
function order(a: Pick<KindResult, 'label' | 'median'>, b: Pick<KindResult, 'label' | 'median'>): number {
  return a.label - b.label || a.median - b.median;
}

/** The threshold with the best F1; none where no image is anomalous, or none is good. */
function bestThreshold(scores: ReportData['scores']): number | undefined {
  if (new Set(scores.map(({ label }) => label)).size < 2) return undefined;
  return bestF1(
    scores.map(({ label }) => label),
    scores.map(({ score }) => score),
  ).threshold;
}

function legend(groups: readonly KindScores[]): Html {
  const [few, many] = [
    groups.some(({ images }) => images.length <= mostDots),
    groups.some(({ images }) => images.length > mostDots),
  ];
  return html`${
    few &&
    'Each dot is one image; hollow ones are on the wrong side of the fitted threshold, which is the dashed line. '
  }${many && `Kinds of more than ${mostDots} images are drawn as an outline, thick where many images lie. `}The
upright stroke in each lane is the median, and beside its name stands how many images are called anomalous. ${
    groups.length > 1 &&
    'The dotted line is the threshold with the best F1, which looks at the labels to choose.'
  }`;
}

function byKind(results: readonly KindResult[]): Html {
  const has = (value: Measured | undefined) => value !== undefined && value !== null;
  const withPixels = results.some(({ pixelAuroc }) => has(pixelAuroc));
  const withAupro = results.some(({ aupro }) => has(aupro));
  const [interval] = results.flatMap(({ interval }) => interval ?? []);
  const withIou = results.some(({ iou }) => iou !== null);
  const ofPixels = withPixels || withAupro;
  return html`<p>Each type of defect is measured against all good images${ofPixels && ', its pixels too'}. Good images are there for their false alarms.</p>
${table({
  caption: 'By kind of image',
  columns: [
    'Kind',
    'Images',
    'Called anomalous',
    'AUROC',
    ...(interval ? [`${confidenceOf(interval)} interval`] : []),
    ...(withIou ? ['Pixel IoU, fitted'] : []),
    ...(withPixels ? ['Pixel AUROC'] : []),
    ...(withAupro ? ['AUPRO'] : []),
    'Median score',
  ],
  rows: results
    .toSorted(order)
    .map((result) => [
      result.defectType,
      formatWhole(result.images),
      called(result),
      formatMetric(result.auroc),
      ...(interval ? [result.interval ? intervalOf(result.interval) : '–'] : []),
      ...(withIou ? [formatMetric(result.iou)] : []),
      ...(withPixels ? [formatMetric(result.pixelAuroc)] : []),
      ...(withAupro ? [formatMetric(result.aupro)] : []),
      formatNumber(result.median),
    ]),
})}`;
}

function called({ called: number, images }: KindResult): string {
  return images > 0 ? `${formatWhole(number)} (${Math.round((number / images) * 100)} %)` : '–';
}
