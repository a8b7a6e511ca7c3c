import { SYNTHETIC_CATEGORIES, SYNTHETIC_DEFECTS, synthesize } from '@utad/datasets';
import { folder, mvtec } from '@utad/datasets/node';
import { METRIC_SIZE } from '@utad/detector';
import type { Size, TrainingData } from '@utad/training';
import { UsageError } from '../errors';
import type { Output } from '../terminal/output';
import { conversionSentences, skippedSentences } from './sentences';
import { type DataSource, nameOf } from './source';

/** How many images a synthetic data set has where nobody says otherwise: half of the test images are good. */
const SYNTHETIC_COUNTS = { train: 200, good: 40, defective: 8 } as const;

export interface OpenDataOptions {
  readonly split: 'train' | 'test';
  /** What the images are resized to. */
  readonly size: Size;
  readonly limit: number | null;
  readonly seed: number;
  /** Leave out images that cannot be read, instead of failing. */
  readonly skipBad: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Say nothing of what was done to the images. */
  readonly quiet?: boolean;
}

/** Images ready to be read, with what a reader of results must know of them. */
export interface OpenedData {
  readonly data: TrainingData;
  readonly notes: readonly string[];
}

/** Opens a data set, and says once each what was converted and left out. */
export async function openData(source: DataSource, options: OpenDataOptions): Promise<OpenedData> {
  const { split, size, limit, seed, skipBad, output, signal, quiet = false } = options;
  const reduced = limit === null ? [] : [`The ${split} set is reduced to at most ${limit} images, by seed.`];
  if (source.dataset === 'synthetic') return { data: drawn(source.category, options), notes: reduced };
  const common = {
    root: source.root ?? '',
    split,
    size,
    seed,
    signal,
    ...(limit !== null && { limit }),
    onBad: skipBad ? 'skip' : 'throw',
    onProgress: (done: number, total: number) =>
      output.status(`${nameOf(source)}  ${done}/${total} ${split} images read`),
  } as const;
  const data =
    source.dataset === 'mvtec'
      ? await mvtec({ ...common, category: source.category ?? '', maskSize: METRIC_SIZE })
      : await folder(common);
  output.clearStatus();
  const said = [...skippedSentences(data.skipped), ...conversionSentences(data.conversions)];
  if (!quiet) for (const sentence of said) output.note(sentence);
  return { data, notes: [...reduced, ...said] };
}

function drawn(category: string | null, { split, size, limit, seed }: OpenDataOptions): TrainingData {
  const known = SYNTHETIC_CATEGORIES.find((name) => name === category);
  if (known === undefined) {
    throw new UsageError(
      `--category: expected a synthetic product of ${SYNTHETIC_CATEGORIES.join(', ')}, received ${category}`,
    );
  }
  const { train, good, defective } = SYNTHETIC_COUNTS;
  const common = { category: known, split, size, seed };
  if (split === 'train') return synthesize({ ...common, count: Math.min(limit ?? train, train) });
  const share = limit === null ? 1 : Math.min(1, limit / (good + defective * SYNTHETIC_DEFECTS.length));
  const part = (count: number) => Math.max(1, Math.round(count * share));
  return synthesize({ ...common, count: part(good), defective: part(defective) });
}
