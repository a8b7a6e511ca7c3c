import { toCsv } from '../../csv';
import type { ScoredItem } from './scores';

/** The items of `scores.json` as a table, a line for each image; regions are counted. */
export function scoresCsv(items: readonly ScoredItem[]): string {
  const columns = ['id', 'kind', 'label', 'score', 'mean', 'max', 'anomalous', 'regions'] as const;
  return toCsv(
    columns,
    items.map((item) => ({ ...item, regions: item.regions.length })),
  );
}
