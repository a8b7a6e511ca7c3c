import { existsSync, statSync } from 'node:fs';
import type { Engine } from '@utad/detector';
import { readPlainFile } from '@utad/files/node';
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
import { AnomaliesFoundError, PartlyFailedError, UsageError } from './errors';
import { digitsBeside, formatDigits, formatSeconds, formatTable } from './terminal/format';

export interface PredictOptions extends AssetFlags {
  readonly detector?: string;
  readonly engine?: Engine;
  readonly out?: string;
  readonly tiff?: boolean;
  readonly csv?: string;
  readonly filesFrom?: string;
  readonly resume?: boolean;
  readonly failOnAnomaly?: boolean;
  readonly force?: boolean;
}

/** `utad predict`: images to scores, maps, overlays and regions. */
export async function predict(
  path: string,
  args: readonly string[],
  { detector, engine, tiff, csv, filesFrom, failOnAnomaly = false, ...options }: PredictOptions,
  context: Context,
): Promise<void> {
  const { output } = context;
  const { resume = false, force = false, ...flags } = options;
  if (resume && force) throw new UsageError('expected --resume or --force, received both');
  if (resume && csv === undefined)
    throw new UsageError('--resume: expected --csv too, whose rows tell what is done');
  const found = await findRun(path);
  const folder = found.run?.folder;
  const out = options.out ?? folder?.shown(folder.maps) ?? 'maps';
  const watched = watch(context);
  const sources = [...args, ...(filesFrom === undefined ? [] : await readNames(filesFrom))];
  if (sources.length === 0) throw new UsageError('expected images, or folders of images, received none');
  const inputs = await listInputs(sources, { out, tiff, ...watched });
  if (!force && !resume) expectFree(inputs);
  if (csv !== undefined) checkTable(csv, { force, resume });
  const { backend } = context;
  await using run = await openRun(found, { detector, engine, backend, ...assetOptions(flags), ...watched });
  const began = performance.now();
  const items: PredictedItem[] = [];
  const reads = [detector, filesFrom].filter((name) => name !== undefined);
  const predictions = predictImages(run, inputs, { out, csv, resume, reads, ...watched });
  let step = await predictions.next();
  for (; !step.done; step = await predictions.next()) items.push(step.value);
  const notes = [...run.notes, ...step.value];
  const seconds = (performance.now() - began) / 1000;
  const { image: threshold, pixel: pixelThreshold } = run.manifest.thresholds;
  const { engine: by, name, version, device } = run.backend;
  output.result(
    {
      items,
      threshold,
      pixelThreshold,
      seconds,
      backend: { name, version, device, engine: by },
      notes,
    },
    summary(items, threshold, seconds),
  );
  const failed = items.filter(({ error }) => error !== null);
  if (failed.length > 0) {
    const what = failed.every(({ score }) => score === null) ? 'could not be read' : 'failed';
    throw new PartlyFailedError(`${failed.length} of ${items.length} images ${what}`);
  }
  const anomalous = items.filter((item) => item.anomalous === true).length;
  if (failOnAnomaly && anomalous > 0) {
    throw new AnomaliesFoundError(`${anomalous} of ${items.length} images are anomalous`);
  }
}

/** More than a million paths. */
const MOST_BYTES = 2 ** 28;

/** The lines of a file, or of standard input. */
async function readNames(file: string): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  if (file === '-') for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  else chunks.push(await readPlainFile(file, MOST_BYTES).catch(refuseNames));
  const names = Buffer.concat(chunks)
    .toString()
    .split(/\r?\n/)
    .filter((name) => name !== '');
  if (names.length === 0) throw new UsageError('--files-from: expected paths, one a line, received none');
  return names;
}

function refuseNames(error: Error): never {
  throw new UsageError(`--files-from: ${error.message}; - reads standard input`, { cause: error });
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

function checkTable(
  path: string,
  { force, resume }: { readonly force: boolean; readonly resume: boolean },
): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--csv: expected a file, received the folder ${path}`);
  if (force || resume) return;
  if (existsSync(`${path}.partial`)) {
    throw new UsageError(
      `--csv: expected no file ${path}.partial, but a prediction left it; --resume goes on with it, --force begins anew`,
    );
  }
  if (!existsSync(path)) return;
  throw new UsageError(`--csv: expected no file ${path}, but it exists; --force writes over it`);
}

function summary(items: readonly PredictedItem[], threshold: number, seconds: number): string {
  const scores = items.flatMap(({ score }) => (score === null ? [] : [score]));
  const digits = digitsBeside(threshold, scores);
  const rows = items.map(({ path, score, anomalous, regions, overlay }) => [
    path,
    score === null ? '-' : formatDigits(score, digits),
    anomalous === null ? 'unreadable' : anomalous ? 'anomalous' : 'good',
    String(regions.length),
    overlay ?? '-',
  ]);
  const anomalous = items.filter((item) => item.anomalous === true).length;
  return [
    formatTable([['image', 'score', 'verdict', 'regions', 'overlay'], ...rows]),
    '',
    `${anomalous} of ${items.length} images are anomalous (score at least ${formatDigits(threshold, digits)}), ${formatSeconds(seconds)}`,
  ].join('\n');
}
