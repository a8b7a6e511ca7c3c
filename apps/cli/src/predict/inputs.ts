import { basename, dirname, extname, join, relative } from 'node:path';
import { imagePaths } from '@utad/datasets/node';
import { UsageError } from '../errors';
import { kindOf } from '../exists';

/** An image to look at, and where its pictures go. */
export interface PredictInput {
  readonly path: string;
  readonly map: string;
  readonly overlay: string;
}

/**
 * Lists the images that arguments mean. Pictures are named after their images; folders keep their structure.
 *
 * @throws UsageError when an argument does not exist, or a picture does.
 */
export async function listInputs(
  args: readonly string[],
  { out, force }: { out: string; force: boolean },
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
      inputs.push({ path, map: join(out, `${stem}.map.png`), overlay: join(out, `${stem}.overlay.png`) });
    }
  }
  if (inputs.length === 0) throw new UsageError(`expected images, found none in ${args.join(', ')}`);
  if (!force) await expectFree(inputs);
  return inputs;
}

/** A name that no image before has, such as `part-2` for the second `part`. */
function free(stem: string, taken: Set<string>): string {
  let name = stem;
  for (let count = 2; taken.has(name); count++) name = `${stem}-${count}`;
  taken.add(name);
  return name;
}

async function expectFree(inputs: readonly PredictInput[]): Promise<void> {
  for (const { map, overlay } of inputs) {
    for (const path of [map, overlay]) {
      if ((await kindOf(path)) !== undefined) {
        throw new UsageError(`--out: expected no file ${path}, but it exists; --force writes over it`);
      }
    }
  }
}
