import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@utad/detector';
import type { Evaluation, Interval } from '@utad/pipeline';
import {
  type EvaluationResult,
  evaluate as evaluateRun,
  findRun,
  type OutputFolders,
  objectOf,
  type SourceOptions,
  sourceOf,
} from '@utad/pipeline/node';
import { type AssetFlags, assetOptions } from './commands/options';
import { type Context, watch } from './context';
import { UsageError } from './errors';
import { formatFacts, formatMetric, formatNumber, formatSeconds, formatTable } from './terminal/format';
import type { Output } from './terminal/output';

export interface EvaluateOptions extends SourceOptions, AssetFlags {
  readonly run?: string;
  readonly detector?: string;
  readonly engine?: Engine;
  readonly limit?: number;
  readonly skipBad?: boolean;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
  readonly out?: string;
  /** A folder, or true for the one that is meant without a name. */
  readonly maps?: string | true;
  readonly overlays?: string | true;
  readonly gallery?: number;
  readonly metricSize?: number | 'full';
  readonly maskThreshold?: number;
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
  const { dataset, root, category, good, detector, limit, skipBad, cache, gallery, force = false } = options;
  const { metricSize, maskThreshold, engine } = options;
  const found = await findRun(named);
  const out = options.out ?? found.run?.folder.name;
  if (out === undefined) throw new UsageError(`--out: expected a folder, since ${named} is in no run folder`);
  if (options.out !== undefined && !force) expectNoResults(options.out);
  const source = { ...(dataset && { dataset }), ...(root && { root }), ...(category && { category }), good };
  const folders = outputFolders(options, out);
  checkOutputFolders(folders, objectOf(sourceOf(source, found.run?.config)), { force });
  const { seed, backend } = context;
  const result = await evaluateRun(found, {
    ...{ ...source, ...folders, out, detector, limit, skipBad, cache, gallery, seed, backend },
    ...{ metricSize, maskThreshold, engine },
    ...assetOptions(options),
    ...watch(context),
  });
  context.output.result(result.metrics, summary(result, folders, context.output));
}

/** An option whose value may be left out takes the run for its value when it stands right before it. */
function noRun(options: EvaluateOptions): string {
  const swallowed = (['maps', 'overlays'] as const).find((name) => typeof options[name] === 'string');
  const hint =
    swallowed === undefined ? '' : `; --${swallowed} took ${options[swallowed]}, so put the run before it`;
  return `expected the folder of a run or a bundle, received none${hint}`;
}

function expectNoResults(out: string): void {
  for (const name of ['metrics.json', 'report.html', 'scores.json', 'scores.csv']) {
    const path = join(out, name);
    if (existsSync(path)) {
      throw new UsageError(
        `--out: expected a folder without results, but ${path} exists; --force writes over it`,
      );
    }
  }
}

/** What `--maps` and `--overlays` ask for: their value, or a folder beside `metrics.json` where they have none. */
export function outputFolders(
  { maps, overlays }: { readonly maps?: string | boolean; readonly overlays?: string | boolean },
  out: string,
): OutputFolders {
  const folder = (asked: string | boolean | undefined, name: string) =>
    asked === true ? join(out, name) : asked || undefined;
  return { maps: folder(maps, 'maps'), overlays: folder(overlays, 'overlays') };
}

/**
 * Expects folders, and unless forced that nothing is there of these images, whose folder is `object`. Other categories may be: MVTec's evaluation
 * wants them all in one folder.
 *
 * @throws UsageError
 */
export function checkOutputFolders(
  folders: OutputFolders,
  object: string,
  { force }: { readonly force: boolean },
): void {
  for (const [option, folder] of Object.entries(folders)) {
    if (folder === undefined) continue;
    if (statSync(folder, { throwIfNoEntry: false })?.isFile()) {
      throw new UsageError(`--${option}: expected a folder, received the file ${folder}`);
    }
    if (force) continue;
    const target = join(folder, object);
    const entry = statSync(target, { throwIfNoEntry: false });
    if (entry === undefined || (entry.isDirectory() && readdirSync(target).length === 0)) continue;
    throw new UsageError(
      `--${option}: expected an empty folder or none at ${target}, but something is there; --force writes over it`,
    );
  }
}

/** What a person wants to know, on one screen. */
export function summary(
  {
    evaluation,
    metrics,
    comparisons,
    called,
    notes,
    files,
  }: Pick<EvaluationResult, 'evaluation' | 'comparisons' | 'called' | 'notes' | 'files'> & {
    readonly metrics: Pick<EvaluationResult['metrics'], 'thresholds'>;
  },
  folders: OutputFolders,
  output: Output,
): string {
  const { images, pixel, seconds } = evaluation;
  const rows = comparisons.map(({ name, imageAuroc, pixelAuroc }) => [
    name,
    formatMetric(imageAuroc),
    formatMetric(pixelAuroc),
  ]);
  const heading = `${images.good} good and ${images.anomalous} anomalous images in ${formatSeconds(seconds)}`;
  const over = ({ images, of }: { images: number; of: number }) => `${images} of ${of}`;
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
        `${over(called.anomalous)} anomalous, ${over(called.good)} good, at the fitted threshold ${formatNumber(metrics.thresholds.image)}`,
      ],
      ['report', files.report],
      ['metrics', files.metrics],
      ['scores', files.scores.join(', ')],
      ...Object.entries(folders).flatMap(([name, folder]): [string, string][] =>
        folder === undefined ? [] : [[name, folder]],
      ),
    ]),
    ...notes.map((note) => `note: ${note}`),
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
