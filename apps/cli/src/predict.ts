import { existsSync, statSync } from 'node:fs';
import {
  findRun,
  listInputs,
  openRun,
  type PredictedItem,
  type PredictInput,
  predict as predictImages,
} from '@utad/pipeline/node';
import { type AssetFlags, assetOptions } from './commands/options';
import { type Context, watch } from './context';
import { PartlyFailedError, UsageError } from './errors';
import { formatNumber, formatSeconds, formatTable } from './terminal/format';

export interface PredictOptions extends AssetFlags {
  readonly detector?: string;
  readonly out?: string;
  readonly tiff?: boolean;
  readonly csv?: string;
  readonly force?: boolean;
}

/** `utad predict`: images to scores, maps, overlays and regions. */
export async function predict(
  path: string,
  args: readonly string[],
  { detector, out, tiff, csv, force = false, ...flags }: PredictOptions,
  context: Context,
): Promise<void> {
  const { output } = context;
  const found = await findRun(path);
  const folder = found.run?.folder;
  const inputs = await listInputs(args, { out: out ?? folder?.shown(folder.maps) ?? 'maps', tiff });
  if (!force) expectFree(inputs);
  if (csv !== undefined) checkTable(csv, force);
  const watched = watch(context);
  const { backend } = context;
  await using run = await openRun(found, { detector, backend, ...assetOptions(flags), ...watched });
  const began = performance.now();
  const items: PredictedItem[] = [];
  const predictions = predictImages(run, inputs, { csv, ...watched });
  let step = await predictions.next();
  for (; !step.done; step = await predictions.next()) items.push(step.value);
  const notes = [...run.notes, ...step.value];
  const seconds = (performance.now() - began) / 1000;
  const { image: threshold, pixel: pixelThreshold } = run.manifest.thresholds;
  output.result({ items, threshold, pixelThreshold, seconds, notes }, summary(items, threshold, seconds));
  const failed = items.filter(({ error }) => error !== null).length;
  if (failed > 0) throw new PartlyFailedError(`${failed} of ${items.length} images could not be read`);
}

/** @throws UsageError when a file that would be written is there. */
export function expectFree(inputs: readonly PredictInput[]): void {
  for (const { map, overlay, tiff } of inputs) {
    for (const path of [map, overlay, tiff]) {
      if (path !== null && existsSync(path)) {
        throw new UsageError(`--out: expected no file ${path}, but it exists; --force writes over it`);
      }
    }
  }
}

function checkTable(path: string, force: boolean): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--csv: expected a file, received the folder ${path}`);
  if (force || !existsSync(path)) return;
  throw new UsageError(`--csv: expected no file ${path}, but it exists; --force writes over it`);
}

function summary(items: readonly PredictedItem[], threshold: number, seconds: number): string {
  const rows = items.map(({ path, score, anomalous, regions, overlay }) => [
    path,
    score === null ? '-' : formatNumber(score),
    anomalous === null ? 'unreadable' : anomalous ? 'anomalous' : 'good',
    String(regions.length),
    overlay ?? '-',
  ]);
  const anomalous = items.filter((item) => item.anomalous === true).length;
  return [
    formatTable([['image', 'score', 'verdict', 'regions', 'overlay'], ...rows]),
    '',
    `${anomalous} of ${items.length} images are anomalous (score at least ${formatNumber(threshold)}), ${formatSeconds(seconds)}`,
  ].join('\n');
}
