/** The whole look of a report. Colours are named once and change with the reader's light or dark setting. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fff; --raised: #f5f6f8; --text: #1c2128; --soft: #57606a; --rule: #d8dce1; --edge: #868e98;
  --good: #2166ac; --bad: #c0480f; --met: #1a6e3c;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --raised: #1d2127; --text: #e4e7eb; --soft: #a3abb6; --rule: #343a43; --edge: #717a86;
    --good: #74b3ee; --bad: #f5945c; --met: #6cc48d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, nav, main { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .25rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
h4 { font-size: .875rem; margin: 0; overflow-wrap: anywhere; }
p, ul, dl { margin: 0 0 1rem; }
p, li { max-width: 46rem; }
time, figcaption, caption, .card p, article > p { color: var(--soft); }
time, figcaption, nav, article > p { font-size: .875rem; }
.lead { margin-top: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0; list-style: none; }
a { color: var(--good); text-underline-offset: .2em; }
:is(a, summary, select, input, button, [tabindex]):focus-visible { outline: 2px solid var(--good); outline-offset: 2px; }
section { padding: 2rem 0 1rem; border-top: 1px solid var(--rule); margin-top: 1.5rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin-bottom: 1rem; }
.card { background: var(--raised); border-radius: .5rem; padding: 1rem 1.25rem; }
.card h3 { margin: 0; font-size: .875rem; }
.card p { margin: 0; font-size: .875rem; }
.card .figure { color: var(--text); font-size: 2.75rem; line-height: 1.2; font-weight: 600; letter-spacing: -.02em; margin: .125rem 0 .25rem; }
.figure, table, dd, .shares, .legend { font-variant-numeric: tabular-nums; }
.terms { display: grid; gap: 1rem; }
.terms > div { display: grid; grid-template-columns: 8rem 9rem 1fr; gap: .25rem 1rem; }
.terms dt { font-weight: 600; }
.terms dd { margin: 0; max-width: 40rem; }
.terms .value span { display: block; color: var(--soft); font-size: .875rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2.5rem; align-items: start; }
.losses { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1.25rem 1.5rem; }
figure { margin: 0; }
figure > h4 { font-weight: 500; margin-bottom: .25rem; }
.losses figcaption span { display: block; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.chart { display: block; width: 100%; height: auto; font-size: 12px; fill: var(--soft); }
.chart text { font-variant-numeric: tabular-nums; }
.chart .axis line, .chart .base { stroke: var(--soft); stroke-width: 1; }
.chart .axis .grid { stroke: var(--rule); }
.chart .line { fill: none; stroke: var(--good); stroke-width: 2; stroke-linejoin: round; }
.chart circle { fill: var(--good); }
.chart .line.validation { stroke: var(--bad); stroke-dasharray: 5 3; }
.chart circle.validation { fill: var(--bad); }
.chart .chance { stroke: var(--soft); stroke-dasharray: 2 4; }
.chart .mark { fill: var(--bad); }
.chart .good { fill: var(--good); }
.chart .anomalous { fill: var(--bad); }
.chart .group { font-weight: 600; paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.chart .threshold { stroke: var(--text); stroke-dasharray: 5 3; }
.chart .threshold-label { fill: var(--text); }
.key { border-bottom: 2px solid var(--good); }
.key.validation { border-bottom: 2px dashed var(--bad); }
.scroll { overflow-x: auto; margin-top: 1.5rem; }
table { border-collapse: collapse; font-size: .9375rem; }
caption { text-align: left; font-size: .875rem; padding-bottom: .25rem; }
th, td { padding: .375rem 1.5rem .375rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: baseline; }
tr > :last-child { padding-right: 0; }
thead th { font-size: .8125rem; line-height: 1.3; color: var(--soft); font-weight: 500; vertical-align: bottom; }
tbody small { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; max-width: 24rem; }
tbody th { font-weight: 500; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.facts td { overflow-wrap: anywhere; }
.facts th { color: var(--soft); font-weight: 400; }
.verdicts { list-style: none; padding: 0; display: grid; gap: .75rem; }
.verdicts li { display: grid; grid-template-columns: 5rem 1fr; gap: .5rem; }
.met strong { color: var(--met); }
.missed strong { color: var(--bad); }
.shares { list-style: none; padding: 0; display: grid; gap: .375rem; max-width: 36rem; font-size: .9375rem; }
.shares li { display: grid; grid-template-columns: minmax(7rem, 11rem) 1fr 4rem; gap: .75rem; align-items: center; }
.bar { background: var(--raised); height: .625rem; border-radius: .25rem; }
.bar span { display: block; height: 100%; border-radius: .25rem; background: var(--good); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.legend { display: flex; flex-wrap: wrap; gap: .5rem 2rem; font-size: .875rem; color: var(--soft); }
.legend > span { display: inline-flex; align-items: center; gap: .5rem; }
.legend img { width: 9rem; height: .75rem; border-radius: .125rem; image-rendering: auto; }
.legend i { width: 1rem; height: .75rem; border-radius: .125rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.legend .outline { border: 2px solid; }
article { margin: 0 0 1.75rem; }
article > p { margin: 0 0 .5rem; max-width: none; font-variant-numeric: tabular-nums; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: .75rem; }
.strip img { display: block; width: 100%; height: auto; background: var(--raised); border-radius: .25rem; }
.strip figcaption { font-size: .8125rem; line-height: 1.3; padding-top: .25rem; }
var { font-family: Georgia, "Times New Roman", serif; font-size: 1.05em; }
footer { padding: 2rem 0; }
@media (max-width: 40rem) {
  .terms > div { grid-template-columns: 1fr 1fr; }
  .terms dd:last-child { grid-column: 1 / -1; }
  .terms .value { text-align: right; }
  .strip { grid-template-columns: repeat(3, 1fr); gap: .625rem; }
  .verdicts li { grid-template-columns: 1fr; gap: 0; }
  table { font-size: .8125rem; }
  tr > :not(:last-child) { padding-right: .75rem; }
}
@page { margin: 14mm; }
@media print {
  nav { display: none; }
  header, main { max-width: none; padding: 0; }
  html { font-size: 10pt; }
  figure, article, .card, tr, .terms > div { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .cards { grid-template-columns: repeat(3, 1fr); }
  .charts { grid-template-columns: 1fr 1fr; }
  .losses { grid-template-columns: repeat(4, 1fr); }
  .strip { grid-template-columns: repeat(6, 1fr); }
  .scroll { overflow: visible; }
}
`;
