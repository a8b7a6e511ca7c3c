import { formatHundredths, formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';
import { table } from './table';

/** The same images scored in other ways, and what the anomaly map is made of. */
export function comparisons({ comparisons: rows = [], layerShares = [] }: ReportData): Html | undefined {
  if (rows.length === 0 && layerShares.length === 0) return undefined;
  return html`<section aria-labelledby="comparisons"><h2 id="comparisons">Comparisons</h2>
${
  rows.length > 0 &&
  html`<p>The same test images, scored in other ways. A method earns its cost where it beats the simple ones.</p>
${table({
  caption: 'AUROC of each way to score',
  columns: ['Score', 'Image AUROC', 'Pixel AUROC'],
  rows: rows.map(({ name, imageAuroc, pixelAuroc, note }) => [
    html`${name}${note !== undefined && html`<small>${note}</small>`}`,
    formatMetric(imageAuroc),
    formatMetric(pixelAuroc),
  ]),
})}`
}
${
  layerShares.length > 0 &&
  html`<h3>What the anomaly map is made of</h3>
<ul class="shares">${layerShares.map(
    ({ name, share }) =>
      html`<li><span>${name}</span><span class="bar" aria-hidden="true"><span style="width:${formatHundredths(Math.min(Math.max(share, 0), 1))}%"></span></span><span class="number">${(share * 100).toFixed(1)} %</span></li>`,
  )}</ul>`
}</section>`;
}
