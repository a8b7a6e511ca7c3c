import type { ImageRecord, Size } from '@utad/core';
import type { Context } from '../context';
import { openData } from '../data/open-data';
import { UsageError } from '../errors';
import type { ChosenImage } from './choose-images';
import type { EvaluatedRun } from './evaluated-run';

/**
 * Reads some of the test images that a run was evaluated on, at a size.
 *
 * @returns In the order chosen.
 * @throws UsageError where they are not where they were, or are others.
 */
export async function readTestImages(
  run: EvaluatedRun,
  chosen: readonly ChosenImage[],
  size: Size,
  { output, signal }: Context,
): Promise<ImageRecord[]> {
  const { source, config, metrics, scores, folder } = run;
  const { limit, seed } = metrics.testSet;
  const trainedOn = config.dataset === source.dataset && config.root === source.root;
  const splits = trainedOn ? await folder.readSplits() : undefined;
  const { data } = await openData(source, {
    ...{ split: 'test', size, limit, seed, skipBad: true, cache: true, output, signal, quiet: true },
    ...(trainedOn ? { splits, mayHaveChanged: true } : { whole: true }),
  });
  const places = new Map(scores.items.map(({ id }, index) => [id, index]));
  const order = chosen.map(({ id }) => places.get(id) ?? -1);
  if (data.count !== scores.items.length) throw changed(run, `${data.count} test images`);
  const records: ImageRecord[] = [];
  for await (const record of data.records(order)) {
    const expected = chosen[records.length];
    if (record.id !== expected?.id) throw changed(run, `${record.id} in the place of ${expected?.id}`);
    records.push(record);
  }
  return records;
}

function changed({ folder, scores, source }: EvaluatedRun, found: string): UsageError {
  return new UsageError(
    `${folder.name}: expected the ${scores.items.length} images that it was evaluated on in ${source.root ?? source.dataset}, received ${found}; evaluate it again with: utad evaluate ${folder.name}, or leave pictures out with --no-grid`,
  );
}
