import type { Measured } from '../../measured';

/** A table of the paper, as printed. */
export interface PaperTable {
  readonly number: 1 | 2 | 3 | 4;
  readonly caption: string;
  /** What the rows are, for the head of their column. */
  readonly rowsAre: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: readonly Measured[] }[];
  /** What is not as one would expect, and what a transcription cannot know. */
  readonly notes: readonly string[];
}

/** The column or row of the paper's own method. */
export const OURS = 'UTAD (paper)';

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

/** Liu et al., 2021, Table 2: each figure is the mean AUROC of ten classes, each of which is normal once. */
export const table2: PaperTable = {
  number: 2,
  caption: 'Mean image AUROC on MNIST, Fashion-MNIST and CIFAR-10',
  rowsAre: 'Method',
  columns: ['mnist', 'fashion-mnist', 'cifar10'],
  rows: [
    { name: 'OCGAN', values: [0.975, 0.895, 0.657] },
    { name: 'AnoGAN', values: [0.937, 0.824, 0.612] },
    { name: 'Skip-GANomaly', values: [0.941, 0.807, 0.731] },
    { name: 'LSA', values: [0.975, 0.641, 0.876] },
    { name: 'AE L2', values: [0.983, 0.747, 0.79] },
    { name: 'CapsNet', values: [0.871, 0.679, 0.531] },
    { name: 'UnSt', values: [0.993, null, 0.803] },
    { name: 'CAVGA', values: [0.986, 0.885, 0.737] },
    { name: 'Ablation: baseline', values: [0.979, 0.743, 0.787] },
    { name: 'Ablation: one part, first row', values: [0.981, 0.751, 0.803] },
    { name: 'Ablation: one part, second row', values: [0.989, 0.885, 0.861] },
    { name: 'Ablation: two parts, first row', values: [0.988, 0.89, 0.872] },
    { name: 'Ablation: two parts, second row', values: [0.993, 0.891, 0.876] },
    { name: 'Ablation: without the naive impression', values: [0.992, 0.894, 0.881] },
    { name: OURS, values: [0.994, 0.899, 0.884] },
  ],
  notes: [
    'The four parts are mutual information, Expert-Net, detail guidance and the naive impression. In the text of the paper the ticks of the rows with one and two parts have lost their columns, so that these rows are only counted here.',
  ],
};

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
