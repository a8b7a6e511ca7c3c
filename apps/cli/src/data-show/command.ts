import { contactSheet } from '@utad/datasets/node';
import type { Context } from '../context';
import { type PlacedOptions, placedDataset } from '../data-placed/placed-dataset';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { formatCount } from '../terminal/format';
import { writeFile } from '../write-file';

export interface DataShowOptions extends PlacedOptions {
  readonly out: string;
  readonly count: number;
  readonly columns: number;
  readonly size: number;
  readonly force?: boolean;
}

/** `utad data show` */
export async function dataShow(
  path: string,
  options: DataShowOptions,
  { output, signal }: Context,
): Promise<void> {
  const { out, count, columns, size, force = false } = options;
  if (!/\.png$/i.test(out))
    throw new UsageError(`--out: expected a file that ends with .png, received ${out}`);
  if (!force && (await kindOf(out)) !== undefined) {
    throw new UsageError(`--out: expected a new file, found ${out}; --force writes over it`);
  }
  const { dataset, name } = await placedDataset(path, options);
  const sheet = await contactSheet(dataset, {
    count,
    columns,
    size,
    signal,
    onProgress: (done, total) => output.status(`${done}/${total} images drawn`),
  });
  await writeFile(out, sheet.png);
  for (const { path: image, reason } of sheet.unreadable) output.note(`${image} cannot be read: ${reason}`);
  const shown = sheet.groups.reduce((sum, group) => sum + group.shown, 0);
  const { width, height, groups, unreadable } = sheet;
  output.result(
    { dataset: name, root: path, out, width, height, groups, unreadable },
    `${formatCount(shown, 'image')} of ${formatCount(groups.length, 'kind')} in ${out}, ${width} pixels wide and ${height} high`,
  );
}
