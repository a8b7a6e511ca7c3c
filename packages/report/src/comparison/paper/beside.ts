import type { Measured } from '../../measured';
import { OURS, table1, table1Means, table2 } from './tables';

/** What the paper prints of its own method for one metric. */
export interface PaperResult {
  /** The key of a metric, such as `imageAuroc`. */
  readonly metric: string;
  /** As the paper calls it. */
  readonly name: string;
  /** By category, where it has any. */
  readonly values: Readonly<Record<string, number>>;
  /** As printed; of `meanOf`. */
  readonly mean: number;
  /** What the mean is taken over. */
  readonly meanOf: string;
  /** Where it is printed, and what to mind. */
  readonly source: string;
}

/** The same as a column of a table. */
export interface PaperColumn extends Omit<PaperResult, 'metric' | 'values'> {
  readonly values: ReadonlyMap<string, number>;
}

const IOU = ['iouPaper', 'iouFitted', 'iouOracle'];

/** The paper's column for a metric of a data set; undefined where it prints none. */
export function paperColumn(dataset: string, metric: string): PaperColumn | undefined {
  if (dataset === 'mvtec') {
    const column = table1.columns.indexOf(OURS);
    const common = { name: OURS, meanOf: 'all 15 categories' };
    if (IOU.includes(metric)) {
      const values = table1.rows.map(({ name, values }) => [name, values[column] ?? null] as const);
      return {
        ...common,
        values: present(values),
        mean: table1Means.iou[column] ?? Number.NaN,
        source: 'Table 1; its threshold is 0.5 of maps whose scaling it does not say.',
      };
    }
    if (metric !== 'pixelAuroc') return undefined;
    return {
      ...common,
      values: new Map(),
      mean: table1Means.auroc[column] ?? Number.NaN,
      source: 'Table 1, which prints only the mean and does not say whether it is of images or of pixels.',
    };
  }
  const column = table2.columns.indexOf(dataset);
  const ours = table2.rows.find(({ name }) => name === OURS)?.values[column];
  if (metric !== 'imageAuroc' || ours === undefined || ours === null) return undefined;
  return {
    name: OURS,
    values: new Map(),
    mean: ours,
    meanOf: 'all ten classes',
    source: 'Table 2, which prints only the mean of ten classes.',
  };
}

function present(values: readonly (readonly [string, Measured])[]): Map<string, number> {
  return new Map(values.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}
