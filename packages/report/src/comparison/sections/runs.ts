import { count } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ComparisonData } from '../data';
import { figuresTable } from '../figures-table';
import { folded } from '../folded';

/** Two sentences on what the reader has in front of them. */
export function introduction({ detectors, runs }: ComparisonData): Html {
  const categories = new Set(runs.map(({ dataset, category }) => `${dataset} / ${category}`));
  return html`<p class="lead">This report sets ${count(runs.length, 'run')} side by side: ${count(detectors.length, 'detector')} on
${count(categories.size, 'category', 'categories')}. Every detector learnt from good images alone.</p>`;
}

/** A longer list waits until it is asked for. */
const MOST_OPEN = 24;

/** What was compared. */
export function runs({ runs: all }: ComparisonData): Html {
  const table = figuresTable({
    caption: 'What was compared',
    label: 'What was compared',
    columns: ['Run', 'Detector', 'Data set', 'Category', 'Seed', 'Good images', 'Anomalous images'],
    texts: 4,
    rows: all.map(({ id, detector, dataset, category, seed, scores }) => {
      const anomalous = scores.filter(({ label }) => label === 1).length;
      return {
        cells: [
          id,
          detector,
          dataset,
          category,
          ...[seed, scores.length - anomalous, anomalous].map((value) => ({ content: String(value), value })),
        ],
      };
    }),
  });
  return html`<section aria-labelledby="runs"><h2 id="runs">Runs</h2>
${all.length > MOST_OPEN ? folded(`All ${count(all.length, 'run')}`, table, { open: false }) : table}</section>`;
}

/** What a reader should keep in mind. */
export function notes(sentences: readonly string[]): Html | undefined {
  if (sentences.length === 0) return undefined;
  return html`<section aria-labelledby="notes"><h2 id="notes">Notes</h2>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
