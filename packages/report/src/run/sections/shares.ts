import { type Html, html } from '../../page/html';
import type { LayerShare, ReportData } from '../data';

/** What is known of the two groups of the two-stage method. */
const groupWords: Readonly<Record<string, string>> = {
  layer: 'By feature layer, from fine texture to larger shapes',
  pair: 'By pair of images compared',
};

/** What the anomaly map is made of, as a bar for each way to divide it. */
export function shares({ layerShares = [] }: ReportData): Html | undefined {
  if (layerShares.length === 0) return undefined;
  const groups = new Map<string, LayerShare[]>();
  for (const part of layerShares) {
    const group = part.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), part]);
  }
  return html`<section aria-labelledby="shares"><h2 id="shares">What the anomaly map is made of</h2>
<p>The anomaly map is a sum. Each bar is the whole of it, over all pixels of the test set, divided into its parts: a part with a small
share can say little, whatever it sees.</p>
${[...groups].map(([group, parts]) => bar(group, parts))}</section>`;
}

function bar(group: string, parts: readonly LayerShare[]): Html {
  const heading = groupWords[group] ?? (group === '' ? 'By part' : `By ${group}`);
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
