import { formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { Measured, ReportInterval } from '../metrics';
import { confidenceOf, intervalOf } from './interval';

interface CardWords {
  /** One sentence on what the number means. */
  readonly meaning: (value: number) => string;
  /** One sentence on why there is none. */
  readonly without: string;
}

/** Numbers in large figures, side by side. */
export function cards(all: readonly (Html | undefined)[]): Html {
  return html`<div class="cards">${all}</div>`;
}

/** One number with its interval and its meaning; nothing for a number that was not measured. */
export function card(
  name: string,
  value: Measured | undefined,
  interval: ReportInterval | null | undefined,
  { meaning, without }: CardWords,
): Html | undefined {
  if (value === undefined) return undefined;
  return html`<div class="card"><h4>${name}</h4><p class="figure">${formatMetric(value)}</p>${
    value !== null && interval ? spread(value, interval) : ''
  }<p>${value === null ? without : meaning(value)}</p></div>`;
}

/** The interval in words, and as a bar from 0 to 1 with the number as a stroke on it. */
function spread(value: number, interval: ReportInterval): Html {
  const percent = (share: number) => `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(1)}%`;
  const [from, to] = [percent(interval.low), percent(1 - interval.high)];
  return html`<p class="interval">${confidenceOf(interval)} interval ${intervalOf(interval)}</p><div class="spread" aria-hidden="true"><span class="range" style="left:${from};right:${to}"></span><span class="point" style="left:${percent(value)}"></span></div>`;
}
