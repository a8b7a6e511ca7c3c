/** What `--dataset` takes; written out here so that help needs no other package. */
export const DATASETS = [
  ...(['mvtec', 'visa', 'btad', 'magnetic-tile'] as const),
  ...(['mnist', 'fashion-mnist', 'cifar10'] as const),
  ...(['folder', 'manifest', 'synthetic'] as const),
] as const;

/** One of {@link DATASETS}. */
export type DatasetName = (typeof DATASETS)[number];

/** What `--category` means for a data set. */
type CategoryRule = 'product' | 'class' | 'drawn' | 'none';

interface DatasetRules {
  readonly category: CategoryRule;
  /** How an image's score comes from its map where nobody says otherwise; null leaves it to the preset. */
  readonly reduction: 'mean' | 'max' | null;
}

// A defect is small and its place is bright; an image of another class is wrong all over.
const defects = { category: 'product', reduction: 'max' } as const;
const classes = { category: 'class', reduction: 'mean' } as const;

/** What a data set asks of the command line. */
export const RULES: Readonly<Record<DatasetName, DatasetRules>> = {
  mvtec: defects,
  visa: defects,
  btad: defects,
  'magnetic-tile': { ...defects, category: 'none' },
  mnist: classes,
  'fashion-mnist': classes,
  cifar10: classes,
  folder: { category: 'none', reduction: null },
  manifest: { category: 'none', reduction: null },
  synthetic: { category: 'drawn', reduction: null },
};
