import { chooseMetric, filterCategories, sortTables } from '../comparison/behaviours';
import type { ComparisonData } from '../comparison/data';
import { differences } from '../comparison/sections/differences';
import { paper, setups } from '../comparison/sections/paper';
import { results } from '../comparison/sections/results';
import { introduction, runs } from '../comparison/sections/runs';
import { comparisonStyle } from '../comparison/style';
import { type ComparisonSummary, summariseComparison } from '../comparison/summarise';
import { unexpected } from '../error';
import { notesSection, page } from '../page/page';
import { grid } from './grid';

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
 * @throws `ReportError` When a run names a detector that is not there, two runs are the same one, or pictures, maps
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
      results(data, summary),
      differences(data, summary),
      await grid(data),
      setups(data, summary),
      paper(data, summary),
      runs(data),
      notesSection('Notes', 'Notes', [...data.notes, ...summary.notes]),
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
    const expected = `one of the detectors ${[...names].join(', ')}`;
    throw unexpected('unknown', 'comparison', expected, unknown.detector);
  }
}
