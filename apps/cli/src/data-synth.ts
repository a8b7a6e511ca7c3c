import { drawOnPhotos as drawDefectsOnPhotos } from '@utad/pipeline/node';
import {
  PHOTO_DEFECTS,
  type PhotoDefect,
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_DEFECTS,
  SYNTHETIC_PRODUCTS,
  type SyntheticCategory,
  type SyntheticDefect,
} from '@utad/synthetic';
import { writeSynthetic } from '@utad/synthetic/node';
import { type Context, watch } from './context';
import { flagOf, UsageError } from './errors';
import { formatSeconds } from './terminal/format';

/** A number, or a range of numbers. */
type Aim = number | readonly [least: number, most: number];

/** What the command line says. */
export interface DataSynthOptions {
  readonly out: string;
  readonly category?: readonly string[];
  readonly train?: number;
  readonly good?: number;
  readonly defective?: number;
  readonly defect?: readonly string[];
  readonly severity?: number;
  readonly defectSize?: Aim;
  readonly contrast?: Aim;
  readonly testSplit?: 'test' | 'validation';
  readonly size?: number;
  readonly force?: boolean;
  /** Photographs to draw on, instead of drawing everything. */
  readonly photos?: string;
  /** A run whose held-out photographs to draw on. */
  readonly heldOutOf?: string;
  /** What `photos` is. */
  readonly dataset?: string;
  readonly limit?: number;
}

/** What was said of how defects look, and nothing where nothing was. */
function faultsOf({ severity, defectSize, contrast }: DataSynthOptions) {
  return {
    ...(severity !== undefined && { severity }),
    ...(defectSize !== undefined && { defectSize }),
    ...(contrast !== undefined && { contrast }),
  };
}

/** `utad data synth` */
export async function dataSynth(options: DataSynthOptions, context: Context): Promise<void> {
  const { photos, heldOutOf } = options;
  if (photos === undefined && heldOutOf === undefined) {
    expectNone(options, ['dataset', 'limit'], 'without --photos');
    return drawProducts(options, context);
  }
  expectNone(options, ['train', 'testSplit'], 'with photographs, which fill a test split alone');
  if (photos !== undefined) expectNone(options, ['heldOutOf'], 'with --photos');
  else expectNone(options, ['dataset', 'category', 'limit'], 'with --held-out-of, since the run says it');
  return drawOnPhotos(options, context);
}

/** @throws UsageError where one of the options was given. */
function expectNone(
  options: DataSynthOptions,
  names: readonly (keyof DataSynthOptions)[],
  where: string,
): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new UsageError(`${flagOf(given)}: expected none ${where}, received ${String(options[given])}`);
}

/** Draws defects on photographs of good parts. */
async function drawOnPhotos(options: DataSynthOptions, context: Context): Promise<void> {
  const { out, good, defective, size, force = false, photos, heldOutOf, dataset, category, limit } = options;
  const { output, seed = 0 } = context;
  const defects = options.defect?.map(photoDefect);
  const asked = {
    ...(defects && { defects }),
    ...(good !== undefined && { good }),
    ...(defective !== undefined && { defective }),
    ...(size !== undefined && { size: [size, size] as const }),
    ...faultsOf(options),
  };
  const began = performance.now();
  const drawn = await drawDefectsOnPhotos({
    ...asked,
    ...(photos !== undefined && { photos }),
    ...(heldOutOf !== undefined && { heldOutOf }),
    ...(dataset !== undefined && { dataset }),
    ...(category !== undefined && { category }),
    ...(limit !== undefined && { limit }),
    ...{ out, seed, force, ...watch(context) },
  });
  const seconds = (performance.now() - began) / 1000;
  const { images } = drawn;
  const run = heldOutOf ?? 'RUN';
  const next = `utad evaluate ${run} --dataset mvtec --root ${out} --category ${drawn.category} --out ${run}-drawn`;
  const source = { ...drawn.photos, ...(heldOutOf && { heldOutOf }) };
  output.result(
    { root: out, category: drawn.category, photos: source, images, ...asked, seed, seconds },
    `${images.good} good photographs and ${images.defective} with a defect drawn on them, of ${drawn.photos.count}, in ${out}, ${formatSeconds(seconds)}\nnext: ${next}`,
  );
}

function photoDefect(name: string): PhotoDefect {
  const known = PHOTO_DEFECTS.find((defect) => defect === name);
  if (known !== undefined) return known;
  throw new UsageError(
    `--defect: expected on photographs one of ${PHOTO_DEFECTS.join(', ')}, received ${name}`,
  );
}

/** Draws products, each picture from nothing. */
async function drawProducts(options: DataSynthOptions, context: Context): Promise<void> {
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
