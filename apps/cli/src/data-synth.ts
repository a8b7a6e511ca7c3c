import { SYNTHETIC_CATEGORIES, type SyntheticCategory } from '@utad/datasets';
import { writeSynthetic } from '@utad/datasets/node';
import type { Context } from './context';
import { UsageError } from './errors';
import { formatSeconds } from './terminal/format';

export interface DataSynthOptions {
  readonly out: string;
  readonly category?: readonly string[];
  readonly train: number;
  readonly good: number;
  readonly defective: number;
  readonly size: number;
  readonly force?: boolean;
}

/** `utad data synth` */
export async function dataSynth(options: DataSynthOptions, context: Context): Promise<void> {
  const { out, train, good, defective, size, force = false } = options;
  const { output, signal, seed = 0 } = context;
  const categories = (options.category ?? SYNTHETIC_CATEGORIES).map(syntheticCategory);
  const began = performance.now();
  const images = await writeSynthetic({
    out,
    categories,
    train,
    good,
    defective,
    size: [size, size],
    seed,
    force,
    signal,
    onProgress: (done, total) => output.status(`${done}/${total} images drawn`),
  });
  const seconds = (performance.now() - began) / 1000;
  const next = `utad train --dataset mvtec --root ${out} --category ${categories[0]} --preset small --out runs/${categories[0]}`;
  output.result(
    { root: out, categories, images, size: [size, size], seed, seconds },
    `${images.train} training and ${images.test} test images of ${categories.join(', ')} in ${out}, ${formatSeconds(seconds)}\nnext: ${next}`,
  );
}

function syntheticCategory(name: string): SyntheticCategory {
  const known = SYNTHETIC_CATEGORIES.find((category) => category === name);
  if (known !== undefined) return known;
  throw new UsageError(`--category: expected one of ${SYNTHETIC_CATEGORIES.join(', ')}, received ${name}`);
}
