import { join } from 'node:path';
import { type ComparedRun, type ComparisonData, renderComparison, summariseComparison } from '@utad/report';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { toJson, writeFile } from '../write-file';
import { type NamedDetector, nameDetectors } from './detector-names';
import { documentOf } from './document';
import {
  categoryOf,
  type EvaluatedRun,
  expectDifferentFolders,
  readEvaluatedRun,
  testSetOf,
} from './evaluated-run';
import { gridOf } from './grid';
import { labelsOf } from './labels';
import { notesOf } from './notes';
import { setupOf, titleOf } from './setup';
import { textOf } from './text';

export interface CompareOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly title?: string;
  /** `RUN=LABEL`. */
  readonly name?: readonly string[];
  /** False with `--no-grid`. */
  readonly grid?: boolean;
  readonly detector?: readonly string[];
  readonly vgg19?: string;
}

/** `utad compare`: evaluated runs to a comparison, for people and as JSON. */
export async function compare(
  paths: readonly string[],
  options: CompareOptions,
  context: Context,
): Promise<void> {
  const { out, force = false, grid: withGrid = true } = options;
  const { output, signal } = context;
  if (paths.length < 2) throw new UsageError(`expected two runs or more, received ${paths.length}`);
  expectDifferentFolders(paths);
  const labels = labelsOf(options.name ?? [], paths);
  const report = join(out, 'comparison.html');
  const numbers = join(out, 'comparison.json');
  if (!force) await expectAbsent([report, numbers]);
  const read: EvaluatedRun[] = [];
  for (const path of paths) {
    output.status(`reading  ${read.length}/${paths.length} runs`);
    read.push(await readEvaluatedRun(path));
    signal.throwIfAborted();
  }
  const detectors = nameDetectors(read, labels);
  expectOneOfEach(detectors);
  const runs = detectors.flatMap(({ name, runs }) => runs.map((run) => comparedRun(name, run)));
  const summary = await summariseComparison(runs, {
    signal,
    onProgress: (done, total) => output.status(`comparing  ${done}/${total} intervals`),
  });
  const named = { detectors: options.detector ?? [], vgg19: options.vgg19 };
  const grid = withGrid ? await gridOf(detectors, named, context) : undefined;
  const data: ComparisonData = {
    title: options.title ?? titleOf(detectors),
    createdAt: new Date().toISOString(),
    detectors: detectors.map((detector) => ({ name: detector.name, setup: setupOf(detector) })),
    runs,
    ...(grid && { grid }),
    notes: notesOf(detectors),
  };
  output.status('writing the report');
  await writeFile(report, await renderComparison(data, { summary }));
  const document = documentOf(data, summary, report);
  await writeFile(numbers, toJson(document));
  output.result(document, textOf(summary, detectors, report, numbers));
}

function comparedRun(detector: string, run: EvaluatedRun): ComparedRun {
  const { folder, config, metrics, scores, source } = run;
  const testSet = testSetOf(run);
  return {
    id: folder.name,
    detector,
    dataset: source.dataset,
    category: categoryOf(run),
    seed: config.seed,
    ...(testSet !== undefined && { testSet }),
    scores: scores.items.map(({ kind, ...item }) => ({ ...item, defectType: kind })),
    pixel: metrics.pixel,
  };
}

async function expectAbsent(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if ((await kindOf(path)) === undefined) continue;
    throw new UsageError(
      `--out: expected a folder without a comparison, but ${path} exists; --force writes over it`,
    );
  }
}

/** Two runs that differ in nothing could only be averaged into a deviation that means nothing. */
function expectOneOfEach(detectors: readonly NamedDetector[]): void {
  for (const { name, runs } of detectors) {
    const seen = new Map<string, string>();
    for (const run of runs) {
      const about = `${run.source.dataset} / ${categoryOf(run)}, seed ${run.config.seed}`;
      const before = seen.get(about);
      if (before !== undefined) {
        throw new UsageError(
          `expected one run of ${name} on ${about}, received ${before} and ${run.folder.name}; --name tells them apart`,
        );
      }
      seen.set(about, run.folder.name);
    }
  }
}
