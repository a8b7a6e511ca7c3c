import { join } from 'node:path';
import type { Context } from '../context';
import { type SourceOptions, sourceOf } from '../data/source';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { findBundle } from '../run/find-bundle';
import { formatFacts, formatMetric, formatNumber, formatSeconds, formatTable } from '../terminal/format';
import type { Output } from '../terminal/output';
import { comparisonsOf } from './report-data';
import { type Evaluated, runEvaluation } from './run-evaluation';
import { writeResults } from './write-results';

export interface EvaluateOptions extends SourceOptions {
  readonly run?: string;
  readonly detector?: string;
  readonly limit?: number;
  readonly skipBad?: boolean;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
  readonly vgg19?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** `utad evaluate`: a run or bundle and a test set to metrics and a report. */
export async function evaluate(
  path: string | undefined,
  options: EvaluateOptions,
  context: Context,
): Promise<void> {
  if (path !== undefined && options.run !== undefined && path !== options.run) {
    throw new UsageError(`expected one run, received ${path} and --run ${options.run}`);
  }
  const named = path ?? options.run;
  if (named === undefined) throw new UsageError('expected the folder of a run or a bundle, received none');
  const found = await findBundle(named);
  const out = options.out ?? found.run?.name;
  if (out === undefined) throw new UsageError(`--out: expected a folder, since ${named} is in no run folder`);
  if (options.out !== undefined && options.force !== true) await expectNoResults(options.out);
  const run = await found.run?.readConfig();
  const evaluated = await runEvaluation(
    {
      bundle: found.path,
      detector: options.detector,
      run,
      source: sourceOf(options, run),
      splits: await found.run?.readSplits(),
      limit: options.limit ?? null,
      skipBad: options.skipBad ?? false,
      cache: options.cache ?? true,
      vgg19: options.vgg19,
    },
    context,
  );
  try {
    const metrics = await writeResults(evaluated, out, found.run);
    context.output.result(metrics, summary(evaluated, out, context.output));
  } finally {
    evaluated.detector.dispose();
  }
}

async function expectNoResults(out: string): Promise<void> {
  for (const name of ['metrics.json', 'report.html']) {
    const path = join(out, name);
    if ((await kindOf(path)) !== undefined) {
      throw new UsageError(
        `--out: expected a folder without results, but ${path} exists; --force writes over it`,
      );
    }
  }
}

/** What a person wants to know, on one screen. */
export function summary(evaluated: Evaluated, out: string, output: Output): string {
  const { evaluation, manifest } = evaluated;
  const { images, pixel, image, seconds } = evaluation;
  const rows = comparisonsOf(evaluated).map(({ name, imageAuroc, pixelAuroc }) => [
    name,
    formatMetric(imageAuroc),
    formatMetric(pixelAuroc),
  ]);
  const heading = `${images.good} good and ${images.anomalous} anomalous images in ${formatSeconds(seconds)}`;
  const called = (label: 0 | 1) => {
    const group = evaluation.items.filter((item) => item.label === label);
    const over = group.filter(({ score }) => score >= manifest.thresholds.image).length;
    return `${over} of ${group.length}`;
  };
  return [
    output.strong(heading),
    '',
    formatTable([['', 'image AUROC', 'pixel AUROC'], ...rows]),
    '',
    formatFacts([
      [
        'image AUROC',
        `${formatMetric(image.aurocMean)} by the mean of the map, ${formatMetric(image.aurocMax)} by its maximum`,
      ],
      [
        'pixel IoU',
        `${formatMetric(pixel.iou.fitted)} fitted, ${formatMetric(pixel.iou.paper)} paper, ${formatMetric(pixel.iou.oracle)} oracle threshold`,
      ],
      [
        'called anomalous',
        `${called(1)} anomalous, ${called(0)} good, at the fitted threshold ${formatNumber(manifest.thresholds.image)}`,
      ],
      ['report', join(out, 'report.html')],
      ['metrics', join(out, 'metrics.json')],
    ]),
    ...evaluated.notes.map((note) => `note: ${note}`),
  ].join('\n');
}
