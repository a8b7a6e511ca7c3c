import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';

/** What a reader should keep in mind before trusting a number. */
export function notes({ notes: sentences }: ReportData): Html | undefined {
  if (sentences.length === 0) return undefined;
  return html`<section aria-labelledby="notes"><h2 id="notes">What to keep in mind</h2>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
