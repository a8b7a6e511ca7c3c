import { Html, html } from '../page/html';
import { style } from '../page/style';
import type { ReportData } from './data';
import { comparisons } from './sections/comparisons';
import { curves } from './sections/curves';
import { facts, notes } from './sections/facts';
import { gallery } from './sections/gallery';
import { losses } from './sections/losses';
import { restoration } from './sections/restoration';
import { introduction, summary } from './sections/summary';
import { thresholds } from './sections/thresholds';

/** A page that may load nothing, run nothing and send nothing, whatever text came into it. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/**
 * Renders one self-contained HTML file: readable offline, without scripts, in light and dark, on a phone and on paper.
 *
 * @param data - Plain data; sections without data are left out, and metrics that are `null` are explained.
 * @returns The whole file as text. Text from `data` is escaped.
 * @throws {@link ReportError} When pictures, maps or masks of the gallery do not fit their size. `MetricError` of
 * `@utad/eval` when a score or a map holds NaN or an infinite value.
 *
 * @example
 * ```ts
 * await writeFile('report.html', await renderReport(data));
 * ```
 */
export async function renderReport(data: ReportData): Promise<string> {
  const sections: readonly (readonly [id: string, name: string, content: Html | undefined])[] = [
    ['results', 'Results', summary(data)],
    ['thresholds', 'Thresholds', thresholds(data)],
    ['curves', 'Scores', curves(data)],
    ['restoration', 'Restoration', restoration(data)],
    ['comparisons', 'Comparisons', comparisons(data)],
    ['gallery', 'Images', await gallery(data)],
    ['losses', 'Training', losses(data)],
    ['facts', 'Run', facts(data)],
    ['notes', 'Notes', notes(data)],
  ];
  const present = sections.filter(([, , content]) => content !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${data.title}: anomaly detection report</title>
<style>${new Html(style)}</style>
</head>
<body>
<header><h1>${data.title}</h1><time datetime="${data.createdAt}">${readableTime(data.createdAt)}</time>
${introduction(data)}</header>
<nav aria-label="Sections"><ul>${present.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
${present.map(([, , content]) => content)}
</main>
</body>
</html>
`;
  return page.text;
}

/** `2026-03-01 14:05 UTC`; a time that cannot be read is shown as it came. */
function readableTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
