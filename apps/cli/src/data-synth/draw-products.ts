import {
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_DEFECTS,
  SYNTHETIC_PRODUCTS,
  type SyntheticCategory,
  type SyntheticDefect,
} from '@utad/datasets';
import { writeSynthetic } from '@utad/datasets/node';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { formatSeconds } from '../terminal/format';
import { type DataSynthOptions, faultsOf } from './options';

/** Draws products, each picture from nothing. */
export async function drawProducts(options: DataSynthOptions, context: Context): Promise<void> {
  const {
    out,
    train = 200,
    good = 40,
    defective = 8,
    size = 64,
    testSplit = 'test',
    force = false,
  } = options;
  const { output, signal, seed = 0 } = context;
  const defects = options.defect?.map(syntheticDefect);
  const categories = options.category?.map(syntheticCategory) ?? SYNTHETIC_CATEGORIES;
  expectFitting(categories, defects);
  const faults = { ...(defects && { defects }), ...faultsOf(options) };
  const began = performance.now();
  const images = await writeSynthetic({
    out,
    categories,
    train,
    good,
    defective,
    ...faults,
    testSplit,
    size: [size, size],
    seed,
    force,
    signal,
    onProgress: (done, total) => output.status(`${done}/${total} images drawn`),
  });
  const seconds = (performance.now() - began) / 1000;
  const next = `utad train --dataset mvtec --root ${out} --category ${categories[0]} --preset small --out runs/${categories[0]}`;
  output.result(
    { root: out, categories, images, size: [size, size], ...faults, testSplit, seed, seconds },
    `${images.train} training and ${images.test} ${testSplit} images of ${categories.join(', ')} in ${out}, ${formatSeconds(seconds)}\nnext: ${next}`,
  );
}

function syntheticCategory(name: string): SyntheticCategory {
  const known = SYNTHETIC_CATEGORIES.find((category) => category === name);
  if (known !== undefined) return known;
  throw new UsageError(`--category: expected one of ${SYNTHETIC_CATEGORIES.join(', ')}, received ${name}`);
}

function syntheticDefect(name: string): SyntheticDefect {
  const known = SYNTHETIC_DEFECTS.find((defect) => defect === name);
  if (known !== undefined) return known;
  throw new UsageError(`--defect: expected one of ${SYNTHETIC_DEFECTS.join(', ')}, received ${name}`);
}

/** @throws UsageError when one of the products cannot have one of the defects. */
function expectFitting(
  categories: readonly SyntheticCategory[],
  defects: readonly SyntheticDefect[] | undefined,
): void {
  for (const category of categories) {
    const { defects: usual, onRequest } = SYNTHETIC_PRODUCTS[category];
    const fitting = [...usual, ...onRequest];
    const other = defects?.find((defect) => !fitting.includes(defect));
    if (other === undefined) continue;
    throw new UsageError(`--defect: expected of ${category} one of ${fitting.join(', ')}, received ${other}`);
  }
}
