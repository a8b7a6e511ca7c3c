import type { Context } from '../context';
import { UsageError } from '../errors';
import { drawOnPhotos } from './draw-on-photos';
import { drawProducts } from './draw-products';
import type { DataSynthOptions } from './options';

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
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${flag}: expected none ${where}, received ${String(options[given])}`);
}
