import { basename } from 'node:path';
import { holdOut } from '@utad/core';
import { readBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { Context } from '../context';
import { openData } from '../data/open-data';
import { UsageError } from '../errors';
import { findBundle } from '../run/find-bundle';
import type { Photos } from './photos';

/**
 * The photographs that a run kept from its training, to fit its thresholds on.
 *
 * @throws UsageError where they can't be had, or are not what they were.
 */
export async function photosHeldOut(path: string, { output, signal }: Context): Promise<Photos> {
  const { path: bundle, run: runFolder } = await findBundle(path);
  if (runFolder === undefined) {
    throw new UsageError(`--held-out-of: expected the folder of a run, received the bundle ${path}`);
  }
  const run = await runFolder.readConfig();
  const { root, limit, seed, skipBad } = run;
  if (root === null) {
    throw new UsageError(
      '--held-out-of: expected a run on photographs, received one on images that are drawn',
    );
  }
  const { manifest } = await readBundle(folderStore(bundle));
  const { data, entries } = await openData(run, {
    ...{ split: 'train', size: manifest.inputSize, limit, seed, skipBad },
    ...{ splits: await runFolder.readSplits(), output, signal, quiet: true },
  });
  const { training, heldOut } = holdOut(data, { seed });
  const before = manifest.training.fingerprint;
  // What varies training images adds how it does so.
  if (before !== training.fingerprint && !before.startsWith(`${training.fingerprint}+`)) {
    throw new UsageError(
      `--held-out-of: expected the images that ${path} was trained on, found others in ${root}`,
    );
  }
  const ids = new Set<string>();
  const all = Array.from({ length: heldOut.count }, (_, index) => index);
  for await (const { id } of heldOut.records(all)) ids.add(id);
  const those = entries.filter(({ id }) => ids.has(id));
  if (those.length < ids.size) {
    throw new UsageError(
      `--held-out-of: expected photographs in files of their own, received ${run.dataset} images`,
    );
  }
  return { entries: those, name: run.category ?? basename(root), root };
}
