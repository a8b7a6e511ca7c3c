import { count, formatHundredths, formatMetric, formatWhole } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';
import { card, cards } from './cards';
import { howSure } from './how-sure';

/** Two sentences on what the reader has in front of them. */
export function introduction({ scores, title }: ReportData): Html {
  const anomalous = scores.filter(({ label }) => label === 1).length;
  const good = scores.length - anomalous;
  return html`<p class="lead">This report says how well a detector finds and marks what is wrong in images: ${title},
tested on ${count(scores.length, 'image')}, ${formatWhole(good)} good and ${formatWhole(anomalous)} anomalous.
The detector learnt from good images alone, and none of the test images was among them.</p>`;
}

/** The numbers a reader looks for first, each with one sentence that says what it means. */
export function summary(data: ReportData): Html {
  const { metrics, reduction, thresholds, scores } = data;
  return html`<section aria-labelledby="results"><h2 id="results">Results</h2>
<p class="found">${found(scores, thresholds.image)}</p>
<h3>Images: which are anomalous?</h3>
${imageCards(data)}
${howSure(metrics.image)}
<p>An image’s score is the ${reduction === 'mean' ? 'mean' : 'maximum'} of its anomaly map.${reductions(metrics.image)}</p>
<h3>Pixels: where is it?</h3>
${pixelCards(data)}
</section>`;
}

const oneClass =
  'Not defined here: it compares good with anomalous images, and the test set has only one of the two.';
const noAnomalous = 'Not defined here: the test set has no anomalous image to find.';
const noMasks = 'Not defined here: pixels are judged by masks that mark both defective and sound ones.';

function imageCards({ metrics: { image }, scores }: ReportData): Html {
  const anomalous = scores.filter(({ label }) => label === 1).length / scores.length;
  return cards([
    card('AUROC', image.auroc, image.intervals?.auroc, {
      meaning: (value) =>
        `Shown one anomalous and one good image, the detector gives the anomalous one the higher score in ${formatHundredths(value)} of 100 such pairs; chance is 50.`,
      without: oneClass,
    }),
    card('Average precision', image.aupr, image.intervals?.aupr, {
      meaning: () =>
        `Of the images called anomalous, the share that are, averaged over the thresholds at which one more is found; chance is ${formatMetric(anomalous)}.`,
      without: noAnomalous,
    }),
    card('Best F1', image.f1Max, image.intervals?.f1Max, {
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
    card('Pixel AUROC', pixel.auroc, undefined, {
      meaning: (value) =>
        `Of one defective and one sound pixel, the anomaly map is higher on the defective one in ${formatHundredths(value)} of 100 pairs; chance is 50.`,
      without: noMasks,
    }),
    card('Pixel average precision', pixel.aupr, undefined, {
      meaning: () =>
        `Of the marked pixels, the share that are defective, averaged over thresholds${defective === undefined ? '' : `; chance is ${formatMetric(defective)}, since defects are small`}.`,
      without: noMasks,
    }),
    card('AUPRO', pixel.aupro, undefined, {
      meaning: () =>
        'Of each defect, small or large, the share that is marked, averaged over thresholds that mark at most 30 % of the sound pixels; chance is 0.15.',
      without: noMasks,
    }),
    card('Pixel IoU, fitted threshold', pixel.iou.fitted, undefined, {
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
