import { seriesColours } from './series';

const series = (setting: keyof typeof seriesColours) =>
  seriesColours[setting].map((colour, i) => `.series-${i} { --series: ${colour}; }`).join(' ');

/** What only this kind of report needs. */
export const comparisonStyle = `
${series('light')}
@media screen and (prefers-color-scheme: dark) { ${series('dark')} }
.chooser { border: 1px solid var(--rule); border-radius: .5rem; padding: .5rem 1rem .75rem; margin: 0 0 1.5rem; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.chooser[hidden] { display: none; }
.chooser legend, .filter { font-size: .875rem; color: var(--soft); }
.chooser label { display: inline-flex; gap: .375rem; align-items: center; min-height: 1.75rem; }
.chooser input { accent-color: var(--good); margin: 0; inline-size: 1rem; block-size: 1rem; }
.filter { display: inline-block; margin-top: .5rem; }
.filter[hidden] { display: none; }
.filter select { font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--rule); border-radius: .25rem; padding: .25rem .5rem; }
.sortable th button { font: inherit; color: inherit; background: none; border: 0; padding: .25rem 0; text-align: inherit; cursor: pointer; text-decoration: underline dotted; text-underline-offset: .25em; }
.sortable th[aria-sort] button { color: var(--text); text-decoration: none; }
.sortable th[aria-sort=ascending] button::after { content: " ↑"; }
.sortable th[aria-sort=descending] button::after { content: " ↓"; }
.sortable td.number small { max-width: none; }
tfoot th, tfoot td { color: var(--soft); }
tfoot th { font-weight: 400; }
tfoot tr:first-child > * { color: var(--text); border-top: 2px solid var(--rule); font-weight: 500; }
tfoot small { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; }
[id^=differences-] td { white-space: nowrap; }
.source { font-size: .875rem; color: var(--soft); margin-top: .5rem; }
.folded { margin: 1rem 0; }
.folded > summary h3 { display: inline; margin: 0; }
.setups td, .setups th { max-width: 18rem; vertical-align: top; }
.beside { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; margin-bottom: 1rem; }
.beside > div { min-width: 0; max-width: 100%; }
.beside > .dots { flex: 1 1 22rem; min-width: 0; }
.dots { max-width: 32rem; margin: 1.5rem 0 1rem; }
.dots .legend { margin-bottom: .5rem; }
.swatch { width: .875rem; height: .875rem; flex: none; }
.mark-of { fill: var(--series); }
.whisker { stroke: var(--series); stroke-width: 1.5; }
.chart .row { fill: var(--text); }
.chart .paper { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 3 3; }
.legend .paper-key { width: 0; height: 1rem; border-radius: 0; border-left: 2px dashed var(--text); }
.strip.compared { grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); }
.compared b { display: block; font-weight: 600; color: var(--text); }
.missing { aspect-ratio: 1; display: grid; place-items: center; text-align: center; border: 1px dashed var(--rule); border-radius: .25rem; color: var(--soft); font-size: .8125rem; padding: .25rem; }
@media (max-width: 40rem) { .strip.compared { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .5rem; } .compared figcaption { font-size: .75rem; } }
@media print { .chooser, .filter { display: none; } .sortable th button { text-decoration: none; } .strip.compared { grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); } }
`;
