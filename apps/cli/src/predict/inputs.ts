import { basename, dirname, extname, join, relative } from 'node:path';
import { imagePaths } from '@utad/datasets/node';
import { UsageError } from '../errors';
import { kindOf } from '../exists';

/** An image to look at, and where what is written of it goes. */
export interface PredictInput {
  readonly path: string;
  readonly map: string;
  readonly overlay: string;
  /** Null where raw maps were not asked for. */
  readonly tiff: string | null;
}

export interface ListOptions {
  readonly out: string;
  /** Write raw maps too. */
  readonly tiff: boolean;
  /** Write over files that are there. */
  readonly force: boolean;
}

/**
 * Lists the images that arguments mean. Files are named after their images; folders keep their structure.
 *
 * @throws UsageError when an argument does not exist, or a file that would be written does.
 */
export async function listInputs(
  args: readonly string[],
  { out, tiff, force }: ListOptions,
): Promise<PredictInput[]> {
  const inputs: PredictInput[] = [];
  const taken = new Set<string>();
  for (const argument of args) {
    const kind = await kindOf(argument);
    if (kind === undefined)
      throw new UsageError(`expected an image or a folder, but ${argument} does not exist`);
    const base = kind === 'folder' ? argument : dirname(argument);
    for (const path of kind === 'folder' ? await imagePaths(argument) : [argument]) {
      const inside = relative(base, path);
      const stem = free(join(dirname(inside), basename(inside, extname(inside))), taken);
      inputs.push({
        path,
        map: join(out, `${stem}.map.png`),
        overlay: join(out, `${stem}.overlay.png`),
        tiff: tiff ? join(out, `${stem}.tiff`) : null,
      });
    }
  }
  if (inputs.length === 0) throw new UsageError(`expected images, found none in ${args.join(', ')}`);
  if (!force) await expectFree(inputs);
  return inputs;
}

/** A name that no image before has, such as `part-2` for the second `part`. */
function free(stem: string, taken: Set<string>): string {
  let name = stem;
  // HFS and NTFS know no case.
  for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`;
  taken.add(name.toLowerCase());
  return name;
}

async function expectFree(inputs: readonly PredictInput[]): Promise<void> {
  for (const { map, overlay, tiff } of inputs) {
    for (const path of [map, overlay, tiff]) {
      if (path !== null && (await kindOf(path)) !== undefined) {
        throw new UsageError(`--out: expected no file ${path}, but it exists; --force writes over it`);
      }
    }
  }
}
