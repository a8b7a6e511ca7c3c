import { OURS, type PaperTable } from './types';

/** Liu et al., 2021, Table 1, without its two rows of means, which are {@link table1Means}. */
export const table1: PaperTable = {
  number: 1,
  caption: 'IoU on MVTec AD by category',
  rowsAre: 'Category',
  columns: [...['AnoGAN', 'AVID', 'AE L2', 'AE SSIM', 'LSA', 'AD-VAE', 'γ-VAE', 'UnSt', 'CAVGA'], OURS],
  rows: [
    { name: 'bottle', values: [0.05, 0.28, 0.22, 0.15, 0.27, 0.27, 0.27, 0.28, 0.34, 0.37] },
    { name: 'cable', values: [0.01, 0.27, 0.05, 0.01, 0.36, 0.18, 0.26, 0.11, 0.38, 0.38] },
    { name: 'capsule', values: [0.04, 0.21, 0.11, 0.09, 0.22, 0.11, 0.24, 0.24, 0.31, 0.41] },
    { name: 'carpet', values: [0.34, 0.25, 0.38, 0.69, 0.76, 0.1, 0.79, 0.5, 0.73, 0.79] },
    { name: 'grid', values: [0.04, 0.51, 0.83, 0.88, 0.2, 0.02, 0.36, 0.19, 0.38, 0.89] },
    { name: 'hazelnut', values: [0.02, 0.54, 0.41, 0, 0.41, 0.44, 0.63, 0.36, 0.51, 0.65] },
    { name: 'leather', values: [0.34, 0.32, 0.67, 0.34, 0.77, 0.24, 0.41, 0.44, 0.79, 0.79] },
    { name: 'metal_nut', values: [0, 0.05, 0.26, 0.01, 0.38, 0.49, 0.22, 0.31, 0.45, 0.47] },
    { name: 'pill', values: [0.17, 0.11, 0.25, 0.07, 0.18, 0.18, 0.48, 0.23, 0.4, 0.49] },
    { name: 'screw', values: [0.01, 0.22, 0.34, 0.03, 0.38, 0.17, 0.38, 0.17, 0.48, 0.44] },
    { name: 'tile', values: [0.08, 0.09, 0.23, 0.04, 0.32, 0.23, 0.38, 0.22, 0.38, 0.4] },
    { name: 'toothbrush', values: [0.07, 0.43, 0.51, 0.08, 0.48, 0.14, 0.37, 0.21, 0.57, 0.53] },
    { name: 'transistor', values: [0.08, 0.22, 0.22, 0.01, 0.21, 0.3, 0.44, 0.15, 0.35, 0.47] },
    { name: 'wood', values: [0.14, 0.14, 0.29, 0.36, 0.41, 0.14, 0.45, 0.16, 0.59, 0.59] },
    { name: 'zipper', values: [0.01, 0.25, 0.13, 0.1, 0.14, 0.06, 0.17, 0.08, 0.16, 0.3] },
  ],
  notes: ['The 15 values of CAVGA have a mean of 0.45, where the table prints 0.47; the other means agree.'],
};

/** The last two rows of Table 1, as printed: mean IoU and mean AUROC over the 15 categories. */
export const table1Means = {
  iou: [0.09, 0.26, 0.33, 0.19, 0.37, 0.2, 0.39, 0.24, 0.47, 0.53],
  auroc: [0.74, 0.78, 0.82, 0.87, 0.79, 0.86, 0.86, 0.87, 0.89, 0.9],
} as const;
