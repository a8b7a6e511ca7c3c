/** The look of what only a run report has, in the colours of the page. */
export const runStyle = `
.found { font-size: 1.125rem; }
.card h4 { font-weight: 600; }
.card .interval { color: var(--text); margin-bottom: .375rem; font-variant-numeric: tabular-nums; }
.spread { position: relative; height: .375rem; margin: 0 0 .625rem; border-radius: .1875rem; background: var(--rule);
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.spread span { position: absolute; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.spread .range { top: 0; bottom: 0; min-width: 2px; border-radius: .1875rem; background: var(--good); }
.spread .point { top: -.1875rem; bottom: -.1875rem; width: .1875rem; margin-left: -.09375rem; background: var(--text); }
.curves { grid-template-columns: repeat(auto-fill, minmax(min(100%, 18.5rem), 1fr)); gap: 1.5rem 2rem; }
.chart .tint { fill: var(--good); fill-opacity: .16; }
.chart .limit { stroke: var(--soft); stroke-dasharray: 1 3; }
.chart .mark { stroke: var(--page); stroke-width: 1.5; }
.chart .mark-label, .lanes .threshold-label, .lanes .best-label, .lanes .lane { paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.chart .mark-label { fill: var(--text); }
.working-point p { color: var(--soft); font-size: .875rem; margin-top: .75rem; }
.wide { margin: 0 0 1.5rem; }
.wide figcaption { max-width: 46rem; margin-top: .5rem; }
.lanes { overflow: visible; font-size: .8125rem; }
.lanes .grid { stroke: var(--rule); }
.lanes .group { fill: var(--text); stroke: none; }
.lanes circle { fill-opacity: .8; stroke: var(--page); stroke-width: .5; }
.lanes .anomalous circle { fill: var(--bad); }
.lanes circle.wrong { fill: var(--page); fill-opacity: 1; stroke: var(--good); stroke-width: 1.5; }
.lanes .anomalous circle.wrong { fill: var(--page); stroke: var(--bad); }
.lanes path { fill-opacity: .7; }
.lanes .median { stroke: var(--text); stroke-width: 2; }
.lanes .best { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 1 3; }
.share-bar { display: flex; gap: 2px; max-width: 46rem; height: 1.75rem; }
.share-bar > span { display: flex; align-items: center; justify-content: center; font-size: .8125rem; min-width: 1px; overflow: hidden; }
.share-parts { display: flex; flex-wrap: wrap; gap: .375rem 1.5rem; max-width: 46rem; padding: 0; margin-top: .5rem; list-style: none; font-variant-numeric: tabular-nums; }
.share-parts .swatch { display: inline-block; min-width: 1.375rem; margin-right: .25rem; border-radius: .1875rem; text-align: center; font-size: .8125rem; }
.share { print-color-adjust: exact; -webkit-print-color-adjust: exact; color: var(--text); }
.share-0 { background: color-mix(in srgb, var(--good) 40%, var(--page)); }
.share-1 { background: color-mix(in srgb, var(--bad) 35%, var(--page)); }
.share-2 { background: color-mix(in srgb, var(--met) 35%, var(--page)); }
.share-3 { background: color-mix(in srgb, var(--soft) 35%, var(--page)); }
.share-4 { background: color-mix(in srgb, var(--good) 18%, var(--page)); }
.share-5 { background: color-mix(in srgb, var(--bad) 15%, var(--page)); }
figure + .scroll, .scroll + p { margin-top: 1.25rem; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--good); width: fit-content; }
details .scroll { margin-top: .75rem; }
pre { margin: 0; font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.facts { width: 100%; max-width: 60rem; }
.facts th { width: 12rem; vertical-align: top; }
@media (max-width: 40rem) {
  .facts th { width: 8rem; }
  .lanes .words { display: none; }
}
@media print {
  .cards { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
  .working-point th, .working-point td { padding-right: .5rem; }
  .curves { grid-template-columns: repeat(3, 1fr); gap: 1rem; }
  .scroll, .share-bar, .share-parts, .spread, .working-point { break-inside: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
`;
