import { table1, table1Means } from './table-1';
import { table2 } from './table-2';
import { table3 } from './table-3';
import { table4 } from './table-4';
import type { PaperTable } from './types';

const withMeans: PaperTable = {
  ...table1,
  rows: [
    ...table1.rows,
    { name: 'mean IoU, as printed', values: table1Means.iou },
    { name: 'mean AUROC, as printed', values: table1Means.auroc },
  ],
};

/** The paper's tables about a data set, in their order. */
export function paperTables(dataset: string): readonly PaperTable[] {
  if (dataset === 'mvtec') return [withMeans, table3, table4];
  return table2.columns.includes(dataset) ? [table2] : [];
}
