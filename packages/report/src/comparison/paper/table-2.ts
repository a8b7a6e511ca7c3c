import { OURS, type PaperTable } from './types';

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
