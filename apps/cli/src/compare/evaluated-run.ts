import { join, resolve } from 'node:path';
import { type BundleManifest, type FitSummary, readManifest } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import { MetricError, rocAuc } from '@utad/eval';
import { RULES } from '../data/datasets';
import { type DataSource, nameOf } from '../data/source';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { findBundle } from '../run/find-bundle';
import { readHistory } from '../run/history';
import type { RunConfig } from '../run/run-config';
import { RunFolder } from '../run/run-folder';
import { type MetricsFile, readMetricsFile, readScoresFile, type ScoresFile } from './result-files';

/** A run with what it was measured to reach. */
export interface EvaluatedRun {
  readonly folder: RunFolder;
  readonly config: RunConfig;
  /** Of its bundle, whose networks are read when they are needed: many runs would not fit into memory. */
  readonly manifest: BundleManifest;
  readonly history: FitSummary | undefined;
  readonly metrics: MetricsFile;
  readonly scores: ScoresFile;
  /** Where the test images came from. */
  readonly source: DataSource;
}

/**
 * Reads the folder of a run that was evaluated.
 *
 * @throws UsageError where there is none, or its files do not belong together; it says the command that helps.
 */
export async function readEvaluatedRun(path: string): Promise<EvaluatedRun> {
  const folder = new RunFolder(path);
  const kind = await kindOf(path);
  if (kind === undefined) throw new UsageError(`expected the folder of a run, but ${path} does not exist`);
  if (!(await folder.isRun())) {
    throw new UsageError(`expected the folder of a run, but ${path} has no config.json`);
  }
  const config = await folder.readConfig();
  const again = `utad evaluate ${path}`;
  const metrics = await readMetricsFile(folder.metrics, again);
  const scores = await readScoresFile(join(folder.path, 'scores.json'), again);
  expectTogether(path, metrics, scores, again);
  const { dataset, category, testSet } = metrics;
  return {
    folder,
    config,
    // The networks are read, and their bytes checked, when they are opened.
    manifest: await readManifest(folderStore((await findBundle(path)).path)),
    history: await readHistory(folder.history),
    metrics,
    scores,
    source: { dataset, root: testSet.root, category },
  };
}

/** @throws UsageError where two of the paths are the same folder. */
export function expectDifferentFolders(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const before = seen.get(resolve(path));
    if (before !== undefined) {
      throw new UsageError(`expected different runs, received ${before} and ${path}, which are one folder`);
    }
    seen.set(resolve(path), path);
  }
}

/** The category in tables; data sets that have none go by the name of their folder. */
export function categoryOf({ source }: EvaluatedRun): string {
  return source.category ?? nameOf(source).split(' / ').slice(1).join(' / ');
}

/** What tells test sets apart whose images have the same names. */
export function testSetOf({ source, metrics }: EvaluatedRun): string | undefined {
  return RULES[source.dataset].category === 'drawn' ? `drawn by seed ${metrics.testSet.seed}` : undefined;
}

/** Scores of one evaluation beside metrics of another one would be compared without a sign of it. */
function expectTogether(path: string, { image }: MetricsFile, { items }: ScoresFile, again: string): void {
  const auroc = aurocOf(items);
  if (auroc === image.auroc) return;
  if (auroc !== null && image.auroc !== null && Math.abs(auroc - image.auroc) < 1e-9) return;
  throw new UsageError(
    `${path}: expected scores.json and metrics.json of one evaluation, received an image AUROC of ${auroc} and of ${image.auroc}; write both anew with: ${again}`,
  );
}

function aurocOf(items: ScoresFile['items']): number | null {
  try {
    return rocAuc(
      items.map(({ label }) => label),
      items.map(({ score }) => score),
    );
  } catch (error) {
    if (error instanceof MetricError && error.code === 'one-class') return null;
    throw error;
  }
}
