import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { RunFolder } from './run-folder';

/** A bundle, and the run that made it where it lies in one. */
export interface FoundBundle {
  readonly path: string;
  readonly run: RunFolder | undefined;
}

/**
 * Finds the bundle that a path means: a bundle itself, or that of a run.
 *
 * @throws UsageError where there is none.
 */
export async function findBundle(path: string): Promise<FoundBundle> {
  if ((await kindOf(path)) === undefined) {
    throw new UsageError(`expected the folder of a run or a bundle, but ${path} does not exist`);
  }
  const run = new RunFolder(path);
  if (await run.isRun()) {
    if ((await kindOf(run.bundle)) === undefined && (await kindOf(`${run.bundle}.previous`)) === undefined) {
      throw new UsageError(
        `${path} has no bundle yet: its training is not complete; continue it with: utad train --resume --out ${path}`,
      );
    }
    return { path: run.bundle, run };
  }
  if ((await kindOf(join(path, 'utad.json'))) === undefined) {
    throw new UsageError(
      `expected the folder of a run or a bundle, but ${path} has neither config.json nor utad.json`,
    );
  }
  const parent = new RunFolder(dirname(path));
  return { path, run: basename(path) === 'bundle' && (await parent.isRun()) ? parent : undefined };
}
