import type { ComparisonSummary } from '@utad/report';
import { formatMetric, formatTable } from '../terminal/format';
import type { NamedDetector } from './detector-names';

/** The image AUROC of each category and the files, on one screen. */
export function textOf(
  { datasets, notes }: ComparisonSummary,
  detectors: readonly NamedDetector[],
  report: string,
  numbers: string,
): string {
  const tables = datasets.map(({ dataset, categories, cells, means }) => {
    const rows = categories.map((category) => [
      category,
      ...detectors.map(({ name }) =>
        formatMetric(
          cells.find(
            (cell) => cell.metric === 'imageAuroc' && cell.category === category && cell.detector === name,
          )?.mean,
        ),
      ),
    ]);
    const mean = detectors.map(({ name }) =>
      formatMetric(means.find((one) => one.metric === 'imageAuroc' && one.detector === name)?.mean),
    );
    return formatTable([
      [`image AUROC, ${dataset}`, ...detectors.map(({ name }) => name)],
      ...rows,
      ['mean of categories', ...mean],
    ]);
  });
  return [
    ...tables,
    '',
    `report   ${report}`,
    `numbers  ${numbers}`,
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}
