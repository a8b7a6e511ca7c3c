import { count } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { byColumns, type FiguresCell, figureCell, figuresTable, folded } from '../../page/table';
import type { ComparedRun, ComparisonData } from '../data';

/** Two sentences on what the reader has in front of them. */
export function introduction({ detectors, runs }: ComparisonData): Html {
  const categories = new Set(runs.map(({ dataset, category }) => `${dataset} / ${category}`));
  return html`<p class="lead">This report sets ${count(runs.length, 'run')} side by side: ${count(detectors.length, 'detector')} on
${count(categories.size, 'category', 'categories')}. Every detector learnt from good images alone.</p>`;
}

/** A longer list waits until it is asked for. */
const MOST_OPEN = 24;

const anomalousIn = ({ scores }: ComparedRun) => scores.filter(({ label }) => label === 1).length;

/** What was compared. */
export function runs({ runs: all }: ComparisonData): PageSection {
  const table = figuresTable({
    caption: 'What was compared',
    label: 'What was compared',
    texts: 4,
    ...byColumns<ComparedRun, FiguresCell | string>(
      [
        ['Run', ({ id }) => id],
        ['Detector', ({ detector }) => detector],
        ['Data set', ({ dataset }) => dataset],
        ['Category', ({ category }) => category],
        ['Seed', ({ seed }) => figureCell(seed, String)],
        ['Good images', (run) => figureCell(run.scores.length - anomalousIn(run), String)],
        ['Anomalous images', (run) => figureCell(anomalousIn(run), String)],
      ],
      all,
    ),
  });
  return {
    id: 'runs',
    name: 'Runs',
    heading: 'Runs',
    content: html`${all.length > MOST_OPEN ? folded(`All ${count(all.length, 'run')}`, table, { open: false }) : table}`,
  };
}
