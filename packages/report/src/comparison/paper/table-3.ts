import { OURS, type PaperTable } from './types';

/** Liu et al., 2021, Table 3: other ways to measure the differences, by the IoU of four objects of MVTec AD. */
export const table3: PaperTable = {
  number: 3,
  caption: 'IoU on MVTec AD by measurement',
  rowsAre: 'Measurement',
  columns: ['bottle', 'cable', 'capsule', 'hazelnut'],
  rows: [
    { name: '|x − x̂|', values: [0.23, 0.17, 0.33, 0.39] },
    { name: '|x − m|', values: [0.29, 0.2, 0.21, 0.47] },
    { name: '|m − m̂|', values: [0.15, 0.06, 0.15, 0.41] },
    { name: 'conv1_2', values: [0.3, 0.11, 0.33, 0.39] },
    { name: 'conv2_2', values: [0.33, 0.31, 0.35, 0.54] },
    { name: 'conv3_4', values: [0.24, 0.2, 0.31, 0.49] },
    { name: `PM, Eq. 8: ${OURS}`, values: [0.37, 0.38, 0.41, 0.65] },
  ],
  notes: [],
};
