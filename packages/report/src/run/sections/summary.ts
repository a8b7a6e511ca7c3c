import { count, formatHundredths, formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';

/** Two sentences on what the reader has in front of them. */
export function introduction({ scores, title }: ReportData): Html {
  const anomalous = scores.filter(({ label }) => label === 1).length;
  const good = scores.length - anomalous;
  return html`<p class="lead">This report says how well a detector finds and marks what is wrong in images: ${title},
tested on ${count(scores.length, 'image')}, ${good} good and ${anomalous} anomalous.
The detector learnt from good images alone, and none of the test images was among them.</p>`;
}

/** The numbers a reader looks for first, each with one sentence that says what it means. */
export function summary({ metrics, reduction, thresholds, scores }: ReportData): Html {
  const { image, pixel } = metrics;
  return html`<section aria-labelledby="results"><h2 id="results">Results</h2>
<div class="cards">
${card(
  'Image AUROC',
  image.auroc,
  (value) =>
    `Shown one anomalous and one good image, the detector gives the anomalous one the higher score in ${formatHundredths(value)} of 100 such pairs; chance is 50.`,
  'Not defined here: it compares good with anomalous images, and the test set has only one of the two.',
)}
${card(
  'Pixel AUROC',
  pixel.auroc,
  (value) =>
    `Of one defective and one sound pixel, the anomaly map is higher on the defective one in ${formatHundredths(value)} of 100 pairs; chance is 50.`,
  'Not defined here: it needs masks that mark both defective and sound pixels.',
)}
${card(
  'Pixel IoU, fitted threshold',
  pixel.iou.fitted,
  (value) =>
    `Of all pixels that are marked or truly defective, ${formatHundredths(value)} % are both; 100 % would be a perfect outline.`,
  'Not defined here: it needs masks with at least one defective pixel.',
)}
</div>
<p>${found(scores, thresholds.image)}
An image’s score is the ${reduction === 'mean' ? 'mean' : 'maximum'} of its anomaly map.${reductions(image)}</p>
</section>`;
}

function card(
  name: string,
  value: number | null,
  meaning: (value: number) => string,
  undefinedWhy: string,
): Html {
  return html`<div class="card"><h3>${name}</h3><p class="figure">${formatMetric(value)}</p><p>${value === null ? undefinedWhy : meaning(value)}</p></div>`;
}

function found(scores: ReportData['scores'], threshold: number): string {
  const verbs = [
    [1, 'finds', 'anomalous images'],
    [0, 'gives a false alarm on', 'good images'],
  ] as const;
  const parts = verbs.flatMap(([label, verb, name]) => {
    const group = scores.filter((image) => image.label === label);
    const called = group.filter(({ score }) => score >= threshold).length;
    return group.length > 0 ? [`${verb} ${called} of ${group.length} ${name}`] : [];
  });
  return parts.length > 0 ? `The image threshold ${parts.join(' and ')}.` : '';
}

function reductions({ aurocMean, aurocMax }: ReportData['metrics']['image']): string {
  const known = [['mean', aurocMean] as const, ['maximum', aurocMax] as const].filter(
    ([, value]) => value !== undefined && value !== null,
  );
  if (known.length === 0) return '';
  const parts = known.map(([name, value]) => `${formatMetric(value)} with the ${name}`);
  return ` The image AUROC is ${parts.join(' and ')}.`;
}
