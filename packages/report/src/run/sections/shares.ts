import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import type { PartShare, ReportData } from '../data';

/** What the anomaly map is made of, as a bar for each way to divide it. */
export function shares({ partShares = [], partGroups = [] }: ReportData): PageSection | undefined {
  if (partShares.length === 0) return undefined;
  const headings = new Map(partGroups.map(({ key, heading }) => [key, heading]));
  const groups = new Map<string, PartShare[]>();
  for (const part of partShares) {
    const group = part.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), part]);
  }
  return {
    id: 'shares',
    name: 'The map',
    heading: 'What the anomaly map is made of',
    content: html`<p>The anomaly map is a sum. Each bar is the whole of it, over all pixels of the test set, divided into its parts: a part with a small
share can say little, whatever it sees.</p>
${[...groups].map(([group, parts]) => bar(headings.get(group) ?? (group === '' ? 'By part' : `By ${group}`), parts))}`,
  };
}

function bar(heading: string, parts: readonly PartShare[]): Html {
  const width = (share: number) => `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(2)}%`;
  return html`<h3>${heading}</h3>
<div class="share-bar" aria-hidden="true">${parts.map(
    ({ share }, i) =>
      html`<span class="share share-${i % 6}" style="width:${width(share)}">${share >= 0.04 && html`<span>${i + 1}</span>`}</span>`,
  )}</div>
<ol class="share-parts">${parts.map(
    ({ name, share }, i) =>
      html`<li><span class="swatch share share-${i % 6}" aria-hidden="true">${i + 1}</span> ${name} <strong>${(share * 100).toFixed(1)} %</strong></li>`,
  )}</ol>`;
}
