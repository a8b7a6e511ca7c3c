import { BTAD } from './btad';
import { CIFAR10 } from './cifar10';
import { FASHION_MNIST } from './fashion-mnist';
import type { KnownDataset } from './known-dataset';
import { MAGNETIC_TILE } from './magnetic-tile';
import { MNIST } from './mnist';
import { MVTEC_AD } from './mvtec-ad';
import { VISA } from './visa';

/** Every published dataset that can be opened by name: the paper's four first. */
export const KNOWN_DATASETS: readonly KnownDataset[] = [
  MVTEC_AD,
  MNIST,
  FASHION_MNIST,
  CIFAR10,
  VISA,
  BTAD,
  MAGNETIC_TILE,
];
