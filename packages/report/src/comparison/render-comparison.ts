import { ReportError } from '../error';
import { page } from '../page/page';
import { chooseMetric } from './behaviours/choose-metric';
import { filterCategories } from './behaviours/filter-categories';
import { sortTables } from './behaviours/sort-tables';
import type { ComparisonData } from './data';
import { differences } from './sections/differences';
import { grid } from './sections/grid';
import { paper, setups } from './sections/paper';
import { results } from './sections/results';
import { introduction, notes, runs } from './sections/runs';
import { comparisonStyle } from './style';
import { summariseComparison } from './summary/summarise';
import type { ComparisonSummary } from './summary/types';

/** What a caller of {@link renderComparison} may have done already. */
export interface RenderComparisonOptions {
  /** What {@link summariseComparison} gives for the same runs. Default: it is called. */
  readonly summary?: ComparisonSummary;
}

/**
 * Renders runs of several detectors, categories and seeds as one self-contained HTML file, with the numbers of Liu et al.,
 * 2021 beside them where they used the same data set.
 *
 * The reader chooses the metric, sorts tables and filters categories; without a script all metrics are shown. Statistics
 * are those of {@link summariseComparison}: means over categories are macro means.
 *
 * @param data - Plain data.
 * @returns The whole file as text. Text from `data` is escaped.
 * @throws {@link ReportError} When a run names a detector that is not there, two runs are the same one, or pictures, maps
 * or masks do not fit their size.
 */
export async function renderComparison(
  data: ComparisonData,
  options: RenderComparisonOptions = {},
): Promise<string> {
  expectKnown(data);
  const { summary = await summariseComparison(data.runs) } = options;
  return page({
    title: data.title,
    sort: 'comparison of anomaly detectors',
    createdAt: data.createdAt,
    lead: introduction(data),
    sections: [
      { id: 'results', name: 'Results', content: results(summary) },
      { id: 'differences', name: 'Differences', content: differences(summary, data.runs) },
      { id: 'grid', name: 'Images', content: await grid(data) },
      { id: 'setups', name: 'Set-ups', content: setups(summary, data.detectors) },
      { id: 'paper', name: 'The paper', content: paper(summary) },
      { id: 'runs', name: 'Runs', content: runs(data) },
      { id: 'notes', name: 'Notes', content: notes([...data.notes, ...summary.notes]) },
    ],
    behaviours: [chooseMetric, filterCategories, sortTables],
    styles: [comparisonStyle],
  });
}

function expectKnown({ detectors, runs: all, grid: images }: ComparisonData): void {
  const names = new Set(detectors.map(({ name }) => name));
  const named = [...all, ...(images?.rows.flatMap(({ cells }) => cells) ?? [])];
  const unknown = named.find(({ detector }) => !names.has(detector));
  if (unknown !== undefined) {
    throw new ReportError(
      `comparison: expected one of the detectors ${[...names].join(', ')}, received ${unknown.detector}`,
    );
  }
}
