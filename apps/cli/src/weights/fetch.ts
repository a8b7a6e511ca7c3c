import { kerasPreprocessing, torchvisionPreprocessing } from '@utad/perceptual';
import { vgg19Sources } from '@utad/perceptual/load';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { formatSeconds } from '../terminal/format';
import { describeWeights } from './describe';
import { download } from './download';

export interface WeightsFetchOptions {
  readonly url?: string;
  readonly preprocessing?: 'keras' | 'torchvision';
  readonly force?: boolean;
  readonly repin?: boolean;
}

const PREPROCESSING = { keras: kerasPreprocessing, torchvision: torchvisionPreprocessing };

/** `utad weights fetch` */
export async function weightsFetch(
  named: string | undefined,
  { url, preprocessing, force = false, repin = false }: WeightsFetchOptions,
  context: Context,
): Promise<void> {
  const { output } = context;
  if (named !== undefined && url !== undefined) {
    throw new UsageError(`expected a source or --url, received ${named} and ${url}`);
  }
  const source = url ?? named ?? vgg19Sources[0]?.id ?? '';
  const began = performance.now();
  const { record, path, reused } = await download(source, context, {
    force,
    repin,
    ...(preprocessing !== undefined && { preprocessing: PREPROCESSING[preprocessing] }),
  });
  const seconds = (performance.now() - began) / 1000;
  const how = reused ? 'was there already' : `fetched in ${formatSeconds(seconds)}`;
  output.result({ ...record, path, reused, seconds }, `${describeWeights(record, path)}\n${how}`);
}
