import { formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData, Restoration } from '../data';
import { repairs } from './repairs';

/** An impression has removed enough of a defect when it keeps at most this share of its difference to the clean twin. */
const goal = 0.5;

/** What the two stages did: took the defect out, and put the detail back. */
export function restoration({ restoration: measured, repairs: rows = [] }: ReportData): Html | undefined {
  if (!measured && rows.length === 0) return undefined;
  return html`<section aria-labelledby="restoration"><h2 id="restoration">Restoration</h2>
${measured && goals(measured)}${rows.length > 0 && repairs(rows)}</section>`;
}

function goals({
  insideInput,
  insideImpression,
  outsideReconstruction,
  outsideImpression,
}: Restoration): Html {
  const kept = insideImpression / insideInput;
  const closer = outsideReconstruction / outsideImpression;
  return html`<p>Every defective test image has a clean twin, the same picture without the defect, so what the two stages do can be measured.
Differences are mean absolute ones on a scale from 0 to 1.</p>
<ul class="verdicts">
${verdict(
  kept <= goal,
  html`Inside the defects, the impression <var>m</var> is ${ratio(kept)} as far from the clean twin as the input <var>x</var> is (${formatNumber(insideImpression)} against ${formatNumber(insideInput)}); the goal is at most ${goal.toFixed(2)}.`,
)}
${verdict(
  outsideReconstruction < outsideImpression,
  html`Outside the defects, the reconstruction <var>x̂</var> is ${ratio(closer)} as far from the input as the impression <var>m</var> is (${formatNumber(outsideReconstruction)} against ${formatNumber(outsideImpression)}); the goal is less than 1.`,
)}
</ul>`;
}

function verdict(met: boolean, sentence: Html): Html {
  return html`<li class="${met ? 'met' : 'missed'}"><strong>${met ? 'Met' : 'Not met'}</strong> <span>${sentence}</span></li>`;
}

const ratio = (value: number) => (Number.isFinite(value) ? `${value.toFixed(2)} times` : 'not measurably');
