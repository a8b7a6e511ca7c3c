import { formatHundredths, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { Repair } from '../data';
import { table } from './table';

/** Where images were changed, against where the defects are. */
export function repairs(rows: readonly Repair[]): Html {
  return html`<p>An impression should differ from the input where the defect is, and nowhere else. Differences are mean absolute ones
on a scale from 0 to 1. If changes fell anywhere, the share inside the defects would be the share of the area that they cover.</p>
${table({
  caption: 'Where images differ from the input',
  columns: [
    'Image',
    'Inside defects',
    'Outside them',
    'In good images',
    'Of all change, inside defects',
    'Of the area, defects cover',
  ],
  rows: rows.map(({ name, symbol, inside, outside, good, share, area }) => [
    symbol === '' ? name : html`<var>${symbol}</var> ${name}`,
    formatNumber(inside),
    formatNumber(outside),
    good === null ? '–' : formatNumber(good),
    `${formatHundredths(share)} %`,
    `${formatHundredths(area)} %`,
  ]),
})}`;
}
