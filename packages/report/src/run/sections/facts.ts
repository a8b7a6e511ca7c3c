import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import type { Fact, ReportData } from '../data';

/** What was run, on what, with which versions and settings. */
export function facts({ facts: rows, hardware = [], configuration }: ReportData): PageSection | undefined {
  if (rows.length === 0 && hardware.length === 0 && configuration === undefined) return undefined;
  return {
    id: 'facts',
    name: 'Run',
    heading: 'Run',
    content: html`${rows.length > 0 && factTable('What was run', rows)}
${hardware.length > 0 && html`<h3>Machine</h3>${factTable('What it ran on', hardware)}`}
${
  configuration !== undefined &&
  html`<details><summary>The whole configuration</summary>
<div class="scroll" role="region" aria-label="Configuration" tabindex="0"><pre><code>${configuration}</code></pre></div></details>`
}`,
  };
}

function factTable(caption: string, rows: readonly Fact[]): Html {
  return html`<table class="facts"><caption class="hidden">${caption}</caption><tbody>${rows.map(
    ([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`,
  )}</tbody></table>`;
}
