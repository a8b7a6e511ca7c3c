import { contactSheet, imagePaths } from '@utad/datasets/node';
import { entryType, InputFiles, writeFileAtomic } from '@utad/files/node';
import { type FindDatasetOptions, findDataset } from '@utad/pipeline/node';
import type { Context } from './context';
import { UsageError } from './errors';
import { formatCount } from './terminal/format';

export interface DataShowOptions extends FindDatasetOptions {
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
  if (!force && (await entryType(out)) !== undefined) {
    throw new UsageError(`--out: expected a new file, found ${out}; --force writes over it`);
  }
  const { location, name } = await findDataset(path, options);
  await (await InputFiles.of(await imagePaths(path))).expectNone([out]);
  const sheet = await contactSheet(location, {
    count,
    columns,
    size,
    signal,
    onProgress: (done, total) => output.status(`${done}/${total} images drawn`),
  });
  await writeFileAtomic(out, sheet.png);
  for (const { path: image, reason } of sheet.unreadable) output.note(`${image} cannot be read: ${reason}`);
  const shown = sheet.groups.reduce((sum, group) => sum + group.shown, 0);
  const { width, height, groups, unreadable } = sheet;
  output.result(
    { dataset: name, root: path, out, width, height, groups, unreadable },
    `${formatCount(shown, 'image')} of ${formatCount(groups.length, 'kind')} in ${out}, ${width} pixels wide and ${height} high`,
  );
}
