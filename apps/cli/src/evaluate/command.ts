import { join } from 'node:path';
import type { Evaluation, Interval } from '@utad/detector';
import type { Context } from '../context';
import { type SourceOptions, sourceOf } from '../data/source';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { findBundle } from '../run/find-bundle';
import { formatFacts, formatMetric, formatNumber, formatSeconds, formatTable } from '../terminal/format';
import type { Output } from '../terminal/output';
import { evaluateInto } from './evaluate-into';
import { checkOutputFolders, type OutputFolders, outputFolders } from './outputs/files';
import { comparisonsOf } from './report-comparisons';
import type { Evaluated } from './run-evaluation';

export interface EvaluateOptions extends SourceOptions {
  readonly run?: string;
  readonly detector?: string;
  readonly limit?: number;
  readonly skipBad?: boolean;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
  readonly vgg19?: string;
  readonly out?: string;
  /** A folder, or true for the one that is meant without a name. */
  readonly maps?: string | true;
  readonly overlays?: string | true;
  readonly gallery?: number;
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
  if (named === undefined) throw new UsageError(noRun(options));
  const found = await findBundle(named);
  const out = options.out ?? found.run?.name;
  if (out === undefined) throw new UsageError(`--out: expected a folder, since ${named} is in no run folder`);
  if (options.out !== undefined && options.force !== true) await expectNoResults(options.out);
  const run = await found.run?.readConfig();
  const source = sourceOf(options, run);
  const folders = outputFolders(options, out);
  await checkOutputFolders(folders, source, { force: options.force ?? false });
  const { evaluated, metrics } = await evaluateInto(
    {
      bundle: found.path,
      detector: options.detector,
      run,
      source,
      splits: await found.run?.readSplits(),
      limit: options.limit ?? null,
      skipBad: options.skipBad ?? false,
      cache: options.cache ?? true,
      vgg19: options.vgg19,
    },
    { out, run: found.run, folders, gallery: options.gallery },
    context,
  );
  context.output.result(metrics, summary(evaluated, { out, folders }, context.output));
}

/** An option whose value may be left out takes the run for its value when it stands right before it. */
function noRun(options: EvaluateOptions): string {
  const swallowed = (['maps', 'overlays'] as const).find((name) => typeof options[name] === 'string');
  const hint =
    swallowed === undefined ? '' : `; --${swallowed} took ${options[swallowed]}, so put the run before it`;
  return `expected the folder of a run or a bundle, received none${hint}`;
}

async function expectNoResults(out: string): Promise<void> {
  for (const name of ['metrics.json', 'report.html', 'scores.json', 'scores.csv']) {
    const path = join(out, name);
    if ((await kindOf(path)) !== undefined) {
      throw new UsageError(
        `--out: expected a folder without results, but ${path} exists; --force writes over it`,
      );
    }
  }
}

/** What a person wants to know, on one screen. */
export function summary(
  evaluated: Evaluated,
  { out, folders }: { readonly out: string; readonly folders: OutputFolders },
  output: Output,
): string {
  const { evaluation, manifest } = evaluated;
  const { images, pixel, seconds } = evaluation;
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
      ...metricFacts(evaluation),
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
      ['scores', `${join(out, 'scores.json')}, ${join(out, 'scores.csv')}`],
      ...Object.entries(folders).flatMap(([name, folder]): [string, string][] =>
        folder === undefined ? [] : [[name, folder]],
      ),
    ]),
    ...evaluated.notes.map((note) => `note: ${note}`),
  ].join('\n');
}

/** Numbers beside those of the table; without those that are not defined. */
function metricFacts({ image, pixel, intervals }: Evaluation): [name: string, value: string][] {
  const sure = (interval: Interval | null) => {
    if (interval === null) return '';
    const { low, high, confidence } = interval;
    return ` (${100 * confidence} %: ${formatMetric(low)} to ${formatMetric(high)})`;
  };
  const facts: [name: string, value: string][] = [];
  if (image.auroc !== null) {
    const reductions = `${formatMetric(image.aurocMean)} by the mean of the map, ${formatMetric(image.aurocMax)} by its maximum`;
    facts.push(['image AUROC', `${formatMetric(image.auroc)}${sure(intervals.image.auroc)}, ${reductions}`]);
  }
  const precision = [
    ...(image.aupr === null ? [] : [`${formatMetric(image.aupr)} of images${sure(intervals.image.aupr)}`]),
    ...(pixel.aupr === null ? [] : [`${formatMetric(pixel.aupr)} of pixels`]),
  ];
  if (precision.length > 0) facts.push(['average precision', precision.join(', ')]);
  if (pixel.aupro !== null) facts.push(['AUPRO', formatMetric(pixel.aupro)]);
  return facts;
}
