import { toCsv } from '../csv';
import type { PredictedItem } from './predict-image';

/** Items as a table, a line for each image; regions are counted. */
export function predictionsCsv(items: readonly PredictedItem[]): string {
  const columns = [
    'path',
    'score',
    'normalizedScore',
    'anomalous',
    'regions',
    'map',
    'overlay',
    'tiff',
    'error',
  ] as const;
  return toCsv(
    columns,
    items.map((item) => ({ ...item, regions: item.error === null ? item.regions.length : null })),
  );
}
