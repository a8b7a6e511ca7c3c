import { readBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { Context } from '../context';
import { addConversions, conversionSentences } from '../data/sentences';
import { checkVgg19Option, findDetectorOf } from '../detectors/find-detector';
import { PartlyFailedError, UsageError } from '../errors';
import { kindOf } from '../exists';
import { findBundle } from '../run/find-bundle';
import { openDetector } from '../run/open-detector';
import { formatNumber, formatSeconds, formatTable } from '../terminal/format';
import { writeFile } from '../write-file';
import { predictionsCsv } from './csv';
import { listInputs } from './inputs';
import { failedItem, type PredictedItem, predictImage } from './predict-image';

export interface PredictOptions {
  readonly detector?: string;
  readonly out?: string;
  readonly vgg19?: string;
  readonly tiff?: boolean;
  readonly csv?: string;
  readonly force?: boolean;
}

/** `utad predict`: images to scores, maps, overlays and regions. */
export async function predict(
  path: string,
  args: readonly string[],
  { out, vgg19, detector: named, tiff = false, csv, force = false }: PredictOptions,
  context: Context,
): Promise<void> {
  const { output, signal } = context;
  const found = await findBundle(path);
  const folder = out ?? found.run?.shown(found.run.maps) ?? 'maps';
  const inputs = await listInputs(args, { out: folder, tiff, force });
  if (csv !== undefined) await checkTable(csv, force);
  const remembered = (await found.run?.readConfig())?.vgg19 ?? null;
  const bundle = await readBundle(folderStore(found.path));
  const { manifest } = bundle;
  const known = await findDetectorOf(manifest.kind, named);
  checkVgg19Option(known, vgg19);
  const opened = await openDetector(bundle, known, { option: vgg19, remembered }, context);
  const { detector } = opened;
  const converted = new Map<string, number>();
  const began = performance.now();
  const items: PredictedItem[] = [];
  try {
    for (const input of inputs) {
      signal.throwIfAborted();
      items.push(await predictOrSay(input));
      output.status(`${items.length}/${inputs.length} images`);
    }
  } finally {
    detector.dispose();
  }
  const seconds = (performance.now() - began) / 1000;
  const conversions = conversionSentences([...converted].map(([what, images]) => ({ what, images })));
  for (const note of conversions) output.note(note);
  if (csv !== undefined) await writeFile(csv, predictionsCsv(items));
  const { image: threshold, pixel: pixelThreshold } = manifest.thresholds;
  const notes = [...opened.notes, ...conversions];
  output.result({ items, threshold, pixelThreshold, seconds, notes }, summary(items, threshold, seconds));
  const failed = items.filter(({ error }) => error !== null).length;
  if (failed > 0) throw new PartlyFailedError(`${failed} of ${items.length} images could not be read`);

  async function predictOrSay(input: (typeof inputs)[number]): Promise<PredictedItem> {
    try {
      return await predictImage(detector, manifest.thresholds, input, ({ conversions }) =>
        addConversions(converted, conversions),
      );
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ImageError') throw error;
      output.note(error.message);
      return failedItem(input.path, error);
    }
  }
}

async function checkTable(path: string, force: boolean): Promise<void> {
  const kind = await kindOf(path);
  if (kind === 'folder') throw new UsageError(`--csv: expected a file, received the folder ${path}`);
  if (kind === undefined || force) return;
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
