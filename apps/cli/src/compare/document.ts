import type { ComparisonData, ComparisonSummary } from '@utad/report';
import { version } from '../../package.json';

/** What `comparison.json` holds: everything but scores and pictures. */
export function documentOf(
  { title, createdAt, detectors, runs, grid, notes }: ComparisonData,
  summary: ComparisonSummary,
  report: string,
) {
  return {
    title,
    createdAt,
    detectors,
    runs: runs.map(({ scores, pixel: _, ...run }) => ({
      ...run,
      images: {
        good: scores.filter(({ label }) => label === 0).length,
        anomalous: scores.filter(({ label }) => label === 1).length,
      },
    })),
    datasets: summary.datasets,
    grid:
      grid === undefined
        ? null
        : {
            rule: grid.rule,
            images: grid.rows.map(({ id, dataset, category, defectType: kind }) => ({
              id,
              dataset,
              category,
              kind,
            })),
          },
    versions: { utad: version },
    report,
    notes: [...notes, ...summary.notes],
  };
}
