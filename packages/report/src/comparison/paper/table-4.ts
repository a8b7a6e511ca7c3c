import { OURS, type PaperTable } from './types';

/** Liu et al., 2021, Table 4: model capacity, on the hazelnut of MVTec AD. Parameters are in millions. */
export const table4: PaperTable = {
  number: 4,
  caption: 'Parameters and results on hazelnut of MVTec AD',
  rowsAre: 'Method',
  columns: ['parameters (M)', 'IoU', 'AUROC'],
  rows: [
    { name: 'AE-64', values: [2.98, 0.301, 0.896] },
    { name: 'AE-128', values: [11.89, 0.188, 0.954] },
    { name: 'AE-256', values: [47.47, 0.197, 0.945] },
    { name: 'UnSt', values: [14.28, 0.363, 0.937] },
    { name: OURS, values: [16.77, 0.649, 0.976] },
  ],
  notes: [],
};
