import { resolve, sep } from 'node:path';
import { PHOTO_DEFECTS, type PhotoDefect } from '@utad/datasets';
import { writePhotoDefects } from '@utad/datasets/node';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { formatSeconds } from '../terminal/format';
import { photosHeldOut } from './held-out';
import { type DataSynthOptions, faultsOf } from './options';
import { photosAt } from './photos';

/** Draws defects on photographs of good parts. */
export async function drawOnPhotos(options: DataSynthOptions, context: Context): Promise<void> {
  const { out, good, defective, size, force = false, photos: path = '', heldOutOf } = options;
  const { output, signal, seed = 0 } = context;
  const defects = options.defect?.map(photoDefect);
  await expectFree(out, force);
  const photos =
    heldOutOf === undefined
      ? await photosAt(path, options, context)
      : await photosHeldOut(heldOutOf, context);
  expectOutside(out, photos.root);
  const asked = {
    ...(defects && { defects }),
    ...(good !== undefined && { good }),
    ...(defective !== undefined && { defective }),
    ...(size !== undefined && { size: [size, size] as const }),
    ...faultsOf(options),
  };
  const began = performance.now();
  const images = await writePhotoDefects({
    ...asked,
    photos: photos.entries,
    out,
    category: photos.name,
    seed,
    force,
    signal,
    onProgress: (done, total) => output.status(`${done}/${total} pictures drawn`),
  });
  const seconds = (performance.now() - began) / 1000;
  const run = heldOutOf ?? 'RUN';
  const next = `utad evaluate ${run} --dataset mvtec --root ${out} --category ${photos.name} --out ${run}-drawn`;
  const source = { root: photos.root, count: photos.entries.length, ...(heldOutOf && { heldOutOf }) };
  output.result(
    { root: out, category: photos.name, photos: source, images, ...asked, seed, seconds },
    `${images.good} good photographs and ${images.defective} with a defect drawn on them, of ${photos.entries.length}, in ${out}, ${formatSeconds(seconds)}\nnext: ${next}`,
  );
}

function photoDefect(name: string): PhotoDefect {
  const known = PHOTO_DEFECTS.find((defect) => defect === name);
  if (known !== undefined) return known;
  throw new UsageError(
    `--defect: expected on photographs one of ${PHOTO_DEFECTS.join(', ')}, received ${name}`,
  );
}

/** Before every photograph is read, which takes a while. */
async function expectFree(out: string, force: boolean): Promise<void> {
  if (force || (await kindOf(out)) === undefined) return;
  throw new UsageError(`--out: expected a new folder, found ${out}; --force replaces it`);
}

/** Pictures among the photographs would be trained on as good ones. */
function expectOutside(out: string, root: string): void {
  if (!`${resolve(out)}${sep}`.startsWith(`${root}${sep}`)) return;
  throw new UsageError(
    `--out: expected a folder outside ${root}, where the photographs are, received ${out}`,
  );
}
