import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageRecord, Size } from '@utad/core';
import { type BundleManifest, type FitSummary, readManifest } from '@utad/detector';
import { entryType, folderStore } from '@utad/files/node';
import { z } from 'zod';
import { type PipelineError, usageError } from '../errors';
import type { Watch } from '../events';
import { DATASETS, type DataSource, nameOf, openData, rulesOf } from './data';
import { aurocOf } from './evaluate-latent';
import { findBundle, type RunConfig, RunFolder, readHistory } from './run-folder';

const measured = z.number().nullable();

const reductions = z.union([
  z.enum(['mean', 'max']),
  z.object({ quantile: z.number() }),
  z.object({ highest: z.number() }),
]);

/** What a comparison needs of `metrics.json`. */
const metricsFile = z.object({
  detector: z.string(),
  dataset: z.enum(DATASETS),
  category: z.string().nullable(),
  testSet: z.object({ root: z.string().nullable(), limit: z.number().nullable(), seed: z.number() }),
  image: z.object({ auroc: measured }),
  pixel: z.object({
    auroc: measured,
    aupro: measured,
    iou: z.object({ paper: measured, fitted: measured, oracle: measured }),
  }),
  shares: z.record(z.string(), z.number()).exactOptional(),
  score: z.object({ reduction: reductions.nullable() }),
  training: z.object({ images: z.number(), seed: z.number() }),
  notes: z.array(z.string()),
});

/** What a comparison needs of `scores.json`. */
const scoresFile = z.object({
  weights: z.record(z.string(), z.object({ name: z.string(), sha256: z.string() })),
  items: z.array(
    z
      .object({
        id: z.string(),
        kind: z.string(),
        label: z.union([z.literal(0), z.literal(1)]),
        score: z.number(),
      })
      .transform(({ kind, ...item }) => ({ ...item, defectType: kind })),
  ),
});

type MetricsFile = z.infer<typeof metricsFile>;
type ScoresFile = z.infer<typeof scoresFile>;

/** A run with what it was measured to reach. */
export interface EvaluatedRun {
  /** Where it lies. */
  readonly folder: RunFolder;
  /** The folder of its bundle. */
  readonly path: string;
  /** What it was started with. */
  readonly config: RunConfig;
  /** Of its bundle, whose networks are read when they are needed: many runs would not fit into memory. */
  readonly manifest: BundleManifest;
  /** Of `history.json`. */
  readonly history: FitSummary | undefined;
  /** Of `metrics.json`. */
  readonly metrics: MetricsFile;
  /** Of `scores.json`. */
  readonly scores: ScoresFile;
  /** Where the test images came from. */
  readonly source: DataSource;
}

/**
 * Reads the folder of a run that was evaluated.
 *
 * @throws PipelineError `usage` where there is none, or its files do not belong together; it says the command that helps.
 */
export async function readEvaluatedRun(path: string): Promise<EvaluatedRun> {
  const folder = new RunFolder(path);
  const kind = await entryType(path);
  if (kind === undefined) throw usageError(`expected the folder of a run, but ${path} does not exist`);
  if (!(await folder.isRun())) {
    throw usageError(`expected the folder of a run, but ${path} has no config.json`);
  }
  const config = await folder.readConfig();
  const again = `utad evaluate ${path}`;
  const metrics = await read(folder.metrics, metricsFile, again);
  const scores = await read(join(folder.path, 'scores.json'), scoresFile, again);
  expectTogether(path, metrics, scores, again);
  const { dataset, category, testSet } = metrics;
  const { path: bundle } = await findBundle(path);
  return {
    folder,
    path: bundle,
    config,
    // The networks are read, and their bytes checked, when they are opened.
    manifest: await readManifest(folderStore(bundle)),
    history: await readHistory(folder.history),
    metrics,
    scores,
    source: { dataset, root: testSet.root, category },
  };
}

/** @throws PipelineError `usage` where two of the paths are the same folder. */
export function expectDifferentFolders(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const before = seen.get(resolve(path));
    if (before !== undefined) {
      throw usageError(`expected different runs, received ${before} and ${path}, which are one folder`);
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
  return rulesOf(source.dataset).category === 'drawn' ? `drawn by seed ${metrics.testSet.seed}` : undefined;
}

/** Scores of one evaluation beside metrics of another one would be compared without a sign of it. */
function expectTogether(path: string, { image }: MetricsFile, { items }: ScoresFile, again: string): void {
  const auroc = aurocOf(
    items.map(({ label }) => label),
    items.map(({ score }) => score),
  );
  if (auroc === image.auroc) return;
  if (auroc !== null && image.auroc !== null && Math.abs(auroc - image.auroc) < 1e-9) return;
  throw usageError(
    `${path}: expected scores.json and metrics.json of one evaluation, received an image AUROC of ${auroc} and of ${image.auroc}; write both anew with: ${again}`,
  );
}

/**
 * @param again the command that writes the file
 * @throws PipelineError `usage` where it is not there, or is not what that command writes now.
 */
async function read<T>(path: string, schema: z.ZodType<T>, again: string): Promise<T> {
  if ((await entryType(path)) !== 'file') {
    throw usageError(`expected an evaluated run, but there is no ${path}; write it with: ${again}`);
  }
  const parsed = schema.safeParse(jsonOf(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'JSON' : issue.path.join('.');
  throw usageError(
    `${path}: expected what this version of utad writes: ${where}: ${issue?.message}; write it anew with: ${again}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads some of the test images that a run was evaluated on, at a size.
 *
 * @returns In the order chosen.
 * @throws PipelineError `usage` where they are not where they were, or are others.
 */
export async function readTestImages(
  run: EvaluatedRun,
  chosen: readonly Pick<ImageRecord, 'id'>[],
  size: Size,
  watch: Watch,
): Promise<ImageRecord[]> {
  const { source, config, metrics, scores, folder } = run;
  const { limit, seed } = metrics.testSet;
  const trainedOn = config.dataset === source.dataset && config.root === source.root;
  const splits = trainedOn ? await folder.readSplits() : undefined;
  const { data } = await openData(source, {
    ...{ split: 'test', size, limit, seed, skipBad: true, cache: true, quiet: true },
    whiteLevel: config.whiteLevel,
    ...watch,
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

function changed({ folder, scores, source }: EvaluatedRun, found: string): PipelineError {
  return usageError(
    `${folder.name}: expected the ${scores.items.length} images that it was evaluated on in ${source.root ?? source.dataset}, received ${found}; evaluate it again with: utad evaluate ${folder.name}, or leave pictures out with \`no-grid\``,
  );
}
