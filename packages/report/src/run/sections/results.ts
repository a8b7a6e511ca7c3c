import type { ResultInterval } from '@utad/eval';
import type { Measured } from '../../measured';
import {
  count,
  formatConfidence,
  formatHundredths,
  formatInterval,
  formatMetric,
  formatWhole,
} from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { table } from '../../page/table';
import type { ReportData, ReportMetrics } from '../data';

/** Two sentences on what the reader has in front of them. */
export function introduction({ scores, title }: ReportData): Html {
  const anomalous = scores.filter(({ label }) => label === 1).length;
  const good = scores.length - anomalous;
  return html`<p class="lead">This report says how well a detector finds and marks what is wrong in images: ${title},
tested on ${count(scores.length, 'image')}, ${formatWhole(good)} good and ${formatWhole(anomalous)} anomalous.
The detector learnt from good images alone, and none of the test images was among them.</p>`;
}

/** The numbers a reader looks for first, each with one sentence that says what it means. */
export function results(data: ReportData): PageSection {
  const { metrics, reduction, thresholds, scores } = data;
  return {
    id: 'results',
    name: 'Results',
    heading: 'Results',
    content: html`<p class="found">${found(scores, thresholds.image)}</p>
<h3>Images: which are anomalous?</h3>
${imageCards(data)}
${howSure(metrics.image)}
<p>${reduction === undefined ? '' : `An image’s score is the ${reduction} of its anomaly map.`}${reductions(metrics.image)}</p>
<h3>Pixels: where is it?</h3>
${pixelCards(data)}
`,
  };
}

const oneClass =
  'Not defined here: it compares good with anomalous images, and the test set has only one of the two.';
const noAnomalous = 'Not defined here: the test set has no anomalous image to find.';
const noMasks = 'Not defined here: pixels are judged by masks that mark both defective and sound ones.';

function imageCards({ metrics: { image }, scores }: ReportData): Html {
  const anomalous = scores.filter(({ label }) => label === 1).length / scores.length;
  return cards([
    card('AUROC', image.auroc, {
      interval: image.intervals?.auroc,
      meaning: (value) =>
        `Shown one anomalous and one good image, the detector gives the anomalous one the higher score in ${formatHundredths(value)} of 100 such pairs; chance is 50.`,
      without: oneClass,
    }),
    card('Average precision', image.aupr, {
      interval: image.intervals?.aupr,
      meaning: () =>
        `Of the images called anomalous, the share that are, averaged over the thresholds at which one more is found; chance is ${formatMetric(anomalous)}.`,
      without: noAnomalous,
    }),
    card('Best F1', image.f1Max, {
      interval: image.intervals?.f1Max,
      meaning: () =>
        `The best balance of precision and recall that one threshold can give, chosen by looking at the labels; calling every image anomalous gives ${formatMetric((2 * anomalous) / (1 + anomalous))}.`,
      without: noAnomalous,
    }),
  ]);
}

function pixelCards({ metrics: { pixel }, pixelCurves }: ReportData): Html {
  const defective = pixelCurves?.precision.at(-1);
  const best = pixel.iou.oracle;
  const known = [pixel.auroc, pixel.aupr, pixel.aupro, pixel.iou.fitted].some(
    (value) => value !== null && value !== undefined,
  );
  if (!known) return html`<p>${noMasks}</p>`;
  return cards([
    card('Pixel AUROC', pixel.auroc, {
      meaning: (value) =>
        `Of one defective and one sound pixel, the anomaly map is higher on the defective one in ${formatHundredths(value)} of 100 pairs; chance is 50.`,
      without: noMasks,
    }),
    card('Pixel average precision', pixel.aupr, {
      meaning: () =>
        `Of the marked pixels, the share that are defective, averaged over thresholds${defective === undefined ? '' : `; chance is ${formatMetric(defective)}, since defects are small`}.`,
      without: noMasks,
    }),
    card('AUPRO', pixel.aupro, {
      meaning: () =>
        'Of each defect, small or large, the share that is marked, averaged over thresholds that mark at most 30 % of the sound pixels; chance is 0.15.',
      without: noMasks,
    }),
    card('Pixel IoU, fitted threshold', pixel.iou.fitted, {
      meaning: (value) =>
        `Of all pixels that are marked or truly defective, ${formatHundredths(value)} % are both${best === null ? '' : `; the best threshold for this test set would give ${formatMetric(best)}${pixel.f1Max === undefined ? '' : `, an F1 score of ${formatMetric(pixel.f1Max)}`}`}.`,
      without: 'Not defined here: it needs masks with at least one defective pixel.',
    }),
  ]);
}

function found(scores: ReportData['scores'], threshold: number): string {
  const verbs = [
    [1, 'finds', 'anomalous images'],
    [0, 'gives a false alarm on', 'good images'],
  ] as const;
  const parts = verbs.flatMap(([label, verb, name]) => {
    const group = scores.filter((image) => image.label === label);
    const called = group.filter(({ score }) => score >= threshold).length;
    return group.length > 0 ? [`${verb} ${formatWhole(called)} of ${formatWhole(group.length)} ${name}`] : [];
  });
  return parts.length > 0 ? `The image threshold ${parts.join(' and ')}.` : 'No image was scored.';
}

function reductions({ aurocMean, aurocMax }: ReportData['metrics']['image']): string {
  const known = [['mean', aurocMean] as const, ['maximum', aurocMax] as const].filter(
    ([, value]) => value !== undefined && value !== null,
  );
  if (known.length === 0) return '';
  const parts = known.map(([name, value]) => `${formatMetric(value)} with the ${name}`);
  return ` The image AUROC is ${parts.join(' and ')}.`;
}

const names = { auroc: 'AUROC', aupr: 'average precision', f1Max: 'best F1' } as const;

/** What the intervals are, and why one may be missing; nothing where none was measured. */
function howSure({ intervals, ...metrics }: ReportMetrics['image']): Html | undefined {
  if (!intervals) return undefined;
  const keys = (['auroc', 'aupr', 'f1Max'] as const).filter(
    (key) => metrics[key] !== null && metrics[key] !== undefined && intervals[key] !== undefined,
  );
  const known = keys.flatMap((key) => intervals[key] ?? []);
  const missing = keys.filter((key) => intervals[key] === null).map((key) => names[key]);
  const [first] = known;
  return html`${
    first &&
    html`<p>In ${formatConfidence(first)} of such cases the true value lies in the interval: it comes from drawing test images again and again
from these, with replacement, and says how far the number may move with other images of the same kinds. It says nothing of another
training run.${known.some(({ low, high }) => low === high) && ' An interval without width means that no draw differed: so few or so clear images cannot tell how sure the number is.'}</p>`
  }${missing.length > 0 && html`<p>There is no interval for ${missing.join(' and ')}: there are too few images, or they vary too little.</p>`}`;
}

interface Card {
  /** `null` where it could not be measured. */
  readonly interval?: ResultInterval | null | undefined;
  /** One sentence on what the number means. */
  readonly meaning: (value: number) => string;
  /** One sentence on why there is none. */
  readonly without: string;
}

/** Numbers in large figures, side by side. */
function cards(all: readonly (Html | undefined)[]): Html {
  return html`<div class="cards">${all}</div>`;
}

/** One number with its interval and its meaning; nothing for a number that was not measured. */
function card(name: string, value: Measured | undefined, words: Card): Html | undefined {
  if (value === undefined) return undefined;
  const { interval, meaning, without } = words;
  return html`<div class="card"><h4>${name}</h4><p class="figure">${formatMetric(value)}</p>${
    value !== null && interval ? spread(value, interval) : ''
  }<p>${value === null ? without : meaning(value)}</p></div>`;
}

/** The interval in words, and as a bar from 0 to 1 with the number as a stroke on it. */
function spread(value: number, interval: ResultInterval): Html {
  const percent = (share: number) => `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(1)}%`;
  const [from, to] = [percent(interval.low), percent(1 - interval.high)];
  return html`<p class="interval">${formatConfidence(interval)} interval ${formatInterval(interval)}</p><div class="spread" aria-hidden="true"><span class="range" style="left:${from};right:${to}"></span><span class="point" style="left:${percent(value)}"></span></div>`;
}

/** The same images scored in other ways. */
export function scoreComparisons({ comparisons: rows = [] }: ReportData): PageSection | undefined {
  if (rows.length === 0) return undefined;
  return {
    id: 'comparisons',
    name: 'Comparisons',
    heading: 'Comparisons',
    content: html`<p>The same test images, scored in other ways. A method earns its cost where it beats the simple ones.</p>
${table(
  'AUROC of each way to score',
  [
    ['Score', ({ name, note }) => html`${name}${note !== undefined && html`<small>${note}</small>`}`],
    ['Image AUROC', ({ imageAuroc }) => formatMetric(imageAuroc)],
    ['Pixel AUROC', ({ pixelAuroc }) => formatMetric(pixelAuroc)],
  ],
  rows,
)}`,
  };
}
