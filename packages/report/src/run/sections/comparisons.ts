import { formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';
import { table } from './table';

/** The same images scored in other ways. */
export function comparisons({ comparisons: rows = [] }: ReportData): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<section aria-labelledby="comparisons"><h2 id="comparisons">Comparisons</h2>
<p>The same test images, scored in other ways. A method earns its cost where it beats the simple ones.</p>
${table({
  caption: 'AUROC of each way to score',
  columns: ['Score', 'Image AUROC', 'Pixel AUROC'],
  rows: rows.map(({ name, imageAuroc, pixelAuroc, note }) => [
    html`${name}${note !== undefined && html`<small>${note}</small>`}`,
    formatMetric(imageAuroc),
    formatMetric(pixelAuroc),
  ]),
})}</section>`;
}
