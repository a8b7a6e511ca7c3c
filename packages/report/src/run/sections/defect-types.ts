import { bestF1, quantile } from '@utad/eval';
import { group } from 'd3-array';
import { distributionChart, mostDots, type ScoreGroup } from '../../charts/distribution';
import type { Measured } from '../../measured';
import { formatConfidence, formatInterval, formatMetric, formatNumber, formatWhole } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { table } from '../../page/table';
import type { DefectTypeRow, ReportData } from '../data';

/** Where it fails: how the scores of each type of image lie, and the numbers of each. */
export function defectTypes({
  scores,
  thresholds,
  defectTypes: rows = [],
  gallery,
}: ReportData): PageSection {
  const groups = groupsOf(scores);
  return {
    id: 'kinds',
    name: 'Types of defect',
    heading: 'Types of defect',
    content: html`${
      groups.length === 0
        ? html`<p>No image was scored.</p>`
        : html`<figure class="wide">${distributionChart(groups, thresholds.image, bestThreshold(scores))}<figcaption>${legend(groups)}</figcaption></figure>`
    }
${rows.length > 0 && byDefectType(rows)}
${gallery && html`<p>The images themselves, wrong calls first, are <a href="#gallery">at the end</a>.</p>`}`,
  };
}

/** Good images first, then the types of defect from the least to the most anomalous by their median. */
function groupsOf(scores: ReportData['scores']): ScoreGroup[] {
  // Of one name, good and anomalous images are two groups all the same.
  const groups = group(scores, ({ label, defectType }) => `${label}/${defectType}`);
  return [...groups.values()]
    .flatMap((images): ScoreGroup[] => {
      const [first] = images;
      const median = quantile(
        images.map(({ score }) => score),
        0.5,
      );
      return first === undefined
        ? []
        : [{ defectType: first.defectType, label: first.label, images, median }];
    })
    .sort(order);
}

type Ordered = Pick<DefectTypeRow, 'label' | 'median'>;

/** The same in the chart and in the table. */
function order(a: Ordered, b: Ordered): number {
  return a.label - b.label || a.median - b.median;
}

/** The threshold with the best F1; none where no image is anomalous, or none is good. */
function bestThreshold(scores: ReportData['scores']): number | undefined {
  if (new Set(scores.map(({ label }) => label)).size < 2) return undefined;
  const values = scores.map(({ score }) => score);
  return bestF1(
    scores.map(({ label }) => label),
    values,
  ).threshold;
}

function legend(groups: readonly ScoreGroup[]): Html {
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

function byDefectType(rows: readonly DefectTypeRow[]): Html {
  const has = (value: Measured | undefined) => value !== undefined && value !== null;
  const withPixels = rows.some(({ pixelAuroc }) => has(pixelAuroc));
  const withAupro = rows.some(({ aupro }) => has(aupro));
  const [interval] = rows.flatMap(({ interval }) => interval ?? []);
  return html`<p>Each type of defect is measured against all good images${(withPixels || withAupro) && ', its pixels too'}. Good images are there for their false alarms.</p>
${table(
  'By kind of image',
  [
    ['Kind', ({ defectType }) => defectType],
    ['Images', ({ images }) => formatWhole(images)],
    ['Called anomalous', called],
    ['AUROC', ({ auroc }) => formatMetric(auroc)],
    interval !== undefined && [
      `${formatConfidence(interval)} interval`,
      (row) => (row.interval ? formatInterval(row.interval) : '–'),
    ],
    rows.some(({ iou }) => iou !== null) && ['Pixel IoU, fitted', ({ iou }) => formatMetric(iou)],
    withPixels && ['Pixel AUROC', ({ pixelAuroc }) => formatMetric(pixelAuroc)],
    withAupro && ['AUPRO', ({ aupro }) => formatMetric(aupro)],
    ['Median score', ({ median }) => formatNumber(median)],
  ],
  rows.toSorted(order),
)}`;
}

function called({ called: number, images }: DefectTypeRow): string {
  return images > 0 ? `${formatWhole(number)} (${Math.round((number / images) * 100)} %)` : '–';
}
