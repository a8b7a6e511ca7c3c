import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';

/** What was run, on what, with which versions. */
export function facts({ facts: rows }: ReportData): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<section aria-labelledby="facts"><h2 id="facts">Run</h2>
<table class="facts"><caption class="hidden">What was run</caption><tbody>${rows.map(
    ([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`,
  )}</tbody></table></section>`;
}

/** What a reader should keep in mind. */
export function notes({ notes: sentences }: ReportData): Html | undefined {
  if (sentences.length === 0) return undefined;
  return html`<section aria-labelledby="notes"><h2 id="notes">Notes</h2>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
