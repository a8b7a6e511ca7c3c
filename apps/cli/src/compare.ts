import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ComparisonResult, compare as compareRuns } from '@utad/pipeline/node';
import { type AssetFlags, assetOptions } from './commands/options';
import { type Context, watch } from './context';
import { UsageError } from './errors';
import { formatMetric, formatTable } from './terminal/format';

export interface CompareOptions extends AssetFlags {
  readonly out: string;
  readonly force?: boolean;
  readonly title?: string;
  /** `RUN=LABEL`. */
  readonly name?: readonly string[];
  /** False with `--no-grid`. */
  readonly grid?: boolean;
  readonly detector?: readonly string[];
}

/** `utad compare`: evaluated runs to a comparison, for people and as JSON. */
export async function compare(
  paths: readonly string[],
  { out, force = false, title, name = [], grid, detector: detectors, ...flags }: CompareOptions,
  context: Context,
): Promise<void> {
  const names = labelsOf(name, paths);
  if (!force) expectAbsent(['comparison.html', 'comparison.json'].map((file) => join(out, file)));
  const result = await compareRuns(paths, {
    ...{ out, title, names, grid, detectors, backend: context.backend },
    ...assetOptions(flags),
    ...watch(context),
  });
  context.output.result(result.document, textOf(result));
}

function expectAbsent(paths: readonly string[]): void {
  for (const path of paths) {
    if (!existsSync(path)) continue;
    throw new UsageError(
      `--out: expected a folder without a comparison, but ${path} exists; --force writes over it`,
    );
  }
}

/**
 * Reads `--name RUN=LABEL`. The label is what comes after the last `=`, since a folder may hold one.
 *
 * @returns Labels by the absolute path of a run.
 * @throws UsageError for a run that is not compared, or no label.
 */
export function labelsOf(options: readonly string[], paths: readonly string[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const option of options) {
    const at = option.lastIndexOf('=');
    const [run, label] = [option.slice(0, Math.max(at, 0)), option.slice(at + 1).trim()];
    if (run === '' || label === '') throw new UsageError(`--name: expected RUN=LABEL, received ${option}`);
    const path = paths.find((other) => resolve(other) === resolve(run));
    if (path === undefined) {
      throw new UsageError(`--name: expected one of the runs ${paths.join(', ')}, received ${run}`);
    }
    labels.set(resolve(path), label);
  }
  return labels;
}

/** The image AUROC of each category and the files, on one screen. */
export function textOf({
  document: { detectors },
  summary: { datasets, notes },
  files: { report, numbers },
}: ComparisonResult): string {
  const tables = datasets.map(({ dataset, categories, cells, means }) => {
    const rows = categories.map((category) => [
      category,
      ...detectors.map(({ name }) =>
        formatMetric(
          cells.find(
            (cell) => cell.metric === 'imageAuroc' && cell.category === category && cell.detector === name,
          )?.mean,
        ),
      ),
    ]);
    const mean = detectors.map(({ name }) =>
      formatMetric(means.find((one) => one.metric === 'imageAuroc' && one.detector === name)?.mean),
    );
    return formatTable([
      [`image AUROC, ${dataset}`, ...detectors.map(({ name }) => name)],
      ...rows,
      ['mean of categories', ...mean],
    ]);
  });
  return [
    ...tables,
    '',
    `report   ${report}`,
    `numbers  ${numbers}`,
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}
