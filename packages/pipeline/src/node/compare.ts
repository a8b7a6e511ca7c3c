import { join } from 'node:path';
import { writeFileAtomic } from '@utad/files/node';
import {
  type ComparedRun,
  type ComparisonData,
  type ComparisonSummary,
  summariseComparison,
} from '@utad/report';
import { renderComparison } from '@utad/report/node';
import { version } from '../../package.json';
import { usageError } from '../errors';
import { toJson } from '../text';
import { Words } from '../words';
import { type GridOptions, gridOf } from './compare-grid';
import { type NamedDetector, nameDetectors } from './compare-names';
import {
  categoryOf,
  type EvaluatedRun,
  expectDifferentFolders,
  readEvaluatedRun,
  testSetOf,
} from './compare-run';
import { notesOf, setupOf, titleOf } from './compare-setup';
import { BUILT_IN } from './detectors';

/** How {@link compare} compares. */
export interface CompareOptions extends GridOptions {
  /** Folder for `comparison.html` and `comparison.json`, which are written over. */
  readonly out: string;
  /** The heading. Default the names of detectors and categories. */
  readonly title?: string | undefined;
  /** What to call the detector of a run, by the run's absolute path; detectors of one name are one. */
  readonly names?: ReadonlyMap<string, string> | undefined;
  /** Show some images as each detector marks them, for which detectors are opened. Default true. */
  readonly grid?: boolean | undefined;
}

/** What a comparison came to, and where it was written. */
export interface ComparisonResult {
  /** What was written as `comparison.json`. */
  readonly document: ReturnType<typeof documentOf>;
  /** The numbers of the page. */
  readonly summary: ComparisonSummary;
  /** Paths of `comparison.html` and `comparison.json`. */
  readonly files: { readonly report: string; readonly numbers: string };
}

/**
 * Compares evaluated runs: detectors, categories and seeds. Runs of one kind, preset, configuration and weights are one detector.
 *
 * @param paths of two run folders or more, with `metrics.json` and `scores.json`
 * @throws PipelineError `usage` where one is no evaluated run, its images are not where they were, or two differ in nothing.
 * @throws the signal's reason
 */
export async function compare(paths: readonly string[], options: CompareOptions): Promise<ComparisonResult> {
  const { out, names = new Map(), grid: withGrid = true, signal, onEvent } = options;
  if (paths.length < 2) {
    throw usageError(`expected two runs or more, received ${paths.length}`);
  }
  expectDifferentFolders(paths);
  const report = join(out, 'comparison.html');
  const numbers = join(out, 'comparison.json');
  const read: EvaluatedRun[] = [];
  for (const path of paths) {
    onEvent?.({ type: 'progress', task: 'runs read', done: read.length, total: paths.length });
    read.push(await readEvaluatedRun(path));
    signal?.throwIfAborted();
  }
  const detectors = nameDetectors(read, names);
  expectOneOfEach(detectors);
  const runs = detectors.flatMap(({ name, runs }) => runs.map((run) => comparedRun(name, run)));
  const summary = await summariseComparison(runs, {
    ...(signal && { signal }),
    onProgress: (done, total) => onEvent?.({ type: 'progress', task: 'intervals compared', done, total }),
  });
  const grid = withGrid ? await gridOf(detectors, options) : undefined;
  const data: ComparisonData = {
    title: options.title ?? titleOf(detectors),
    createdAt: new Date().toISOString(),
    detectors: detectors.map((detector) => ({
      name: detector.name,
      setup: setupOf(detector, wordsOf(detector, options.detectors)),
    })),
    runs,
    ...(grid && { grid }),
    notes: notesOf(detectors),
  };
  await writeFileAtomic(report, await renderComparison(data, { summary }));
  const document = documentOf(data, summary, report);
  await writeFileAtomic(numbers, toJson(document));
  return { document, summary, files: { report, numbers } };
}

/** Of its kind, where that is built in or was given; a module is not imported for words alone. */
function wordsOf({ runs: [run] }: NamedDetector, given: GridOptions['detectors'] = []): Words {
  const name = run?.config.detector ?? '';
  const kinds = [...BUILT_IN, ...given.flatMap((one) => (typeof one === 'string' ? [] : [one]))];
  return new Words(name, kinds.find(({ kind }) => kind === name)?.describe);
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
    scores: scores.items,
    pixel: metrics.pixel,
  };
}

/** Two runs that differ in nothing could only be averaged into a deviation that means nothing. */
function expectOneOfEach(detectors: readonly NamedDetector[]): void {
  for (const { name, runs } of detectors) {
    const seen = new Map<string, string>();
    for (const run of runs) {
      const about = `${run.source.dataset} / ${categoryOf(run)}, seed ${run.config.seed}`;
      const before = seen.get(about);
      if (before !== undefined) {
        throw usageError(
          `expected one run of ${name} on ${about}, received ${before} and ${run.folder.name}; \`name\` tells them apart`,
        );
      }
      seen.set(about, run.folder.name);
    }
  }
}

/** What `comparison.json` holds: everything but scores and pictures. */
function documentOf(
  { title, createdAt, detectors, runs, grid, notes }: ComparisonData,
  summary: ComparisonSummary,
  report: string,
) {
  return {
    title,
    createdAt,
    detectors,
    runs: runs.map(({ scores, pixel: _, ...run }) => ({
      ...run,
      images: {
        good: scores.filter(({ label }) => label === 0).length,
        anomalous: scores.filter(({ label }) => label === 1).length,
      },
    })),
    datasets: summary.datasets,
    grid:
      grid === undefined
        ? null
        : {
            rule: grid.rule,
            images: grid.rows.map(({ id, dataset, category, defectType: kind }) => ({
              id,
              dataset,
              category,
              kind,
            })),
          },
    versions: { utad: version },
    report,
    notes: [...notes, ...summary.notes],
  };
}
