import { type ImageRecord, resizeNearest } from '@utad/core';
import { METRIC_SIZE } from '@utad/detector';
import type { ComparisonGrid, GridCell, GridRow } from '@utad/report';
import { startBackend } from '../backend';
import type { Context } from '../context';
import { nameOf } from '../data/source';
import { type ChosenImage, chooseImages, RULE } from './choose-images';
import type { NamedDetector } from './detector-names';
import { categoryOf, type EvaluatedRun, testSetOf } from './evaluated-run';
import { type PredictOptions, type PredictSession, predictImages } from './predict-images';
import { readTestImages } from './test-images';

/** A detector with the run that stands for it in a category: that of the lowest seed. */
interface Shown {
  readonly name: string;
  readonly run: EvaluatedRun;
}

/** Predicts some images of each category with every detector. One detector is open at a time. */
export async function gridOf(
  detectors: readonly NamedDetector[],
  options: PredictOptions,
  context: Context,
): Promise<ComparisonGrid> {
  const shown = detectors.flatMap(({ name, runs }) => runs.map((run) => ({ name, run })));
  const categories = [...new Set(shown.map(({ run }) => keyOf(run)))];
  const rows: GridRow[] = [];
  const backend = await startBackend({ backend: context.backend }, (line) => context.output.note(line));
  for (const category of categories) {
    const members = representatives(shown.filter(({ run }) => keyOf(run) === category));
    rows.push(...(await categoryRows(members, { ...options, backend }, context)));
  }
  return { rule: RULE, rows };
}

/** Images drawn by different seeds are different ones, so that they have rows of their own. */
function keyOf(run: EvaluatedRun): string {
  return JSON.stringify([run.source.dataset, categoryOf(run), testSetOf(run)]);
}

function representatives(shown: readonly Shown[]): Shown[] {
  const names = [...new Set(shown.map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = shown.filter((one) => one.name === name);
    return own.toSorted((a, b) => a.run.config.seed - b.run.config.seed)[0] ?? [];
  });
}

async function categoryRows(
  shown: readonly Shown[],
  session: PredictSession,
  context: Context,
): Promise<GridRow[]> {
  const runs = shown.map(({ run }) => run);
  const [first] = runs;
  const chosen = chooseImages(runs);
  if (first === undefined || chosen.length === 0) return [];
  const pictures = await readTestImages(first, chosen, METRIC_SIZE, context);
  const cells = new Map<string, GridCell[]>(chosen.map(({ id }) => [id, []]));
  for (const [index, { name, run }] of shown.entries()) {
    context.signal.throwIfAborted();
    context.output.status(
      `${nameOf(run.source)}  ${chosen.length} images by ${name}, ${index + 1} of ${shown.length}`,
    );
    const { image: imageThreshold, pixel: pixelThreshold } = run.manifest.thresholds;
    for (const { id, score, map } of await predictImages(run, chosen, session, context)) {
      cells.get(id)?.push({ detector: name, score, imageThreshold, map, pixelThreshold });
    }
  }
  return chosen.map((image, i) => rowOf(image, pictures[i], first, cells.get(image.id) ?? []));
}

function rowOf(
  { id, kind, label }: ChosenImage,
  record: ImageRecord | undefined,
  run: EvaluatedRun,
  cells: readonly GridCell[],
): GridRow {
  if (record === undefined) throw new Error(`grid: expected the image ${id}, read none`);
  const { mask, maskSize = record.size } = record;
  return {
    ...{ id, defectType: kind, label, cells },
    dataset: run.source.dataset,
    category: categoryOf(run),
    size: METRIC_SIZE,
    pixels: colourOf(record),
    ...(mask && { mask: resizeNearest(mask, maskSize, METRIC_SIZE) }),
  };
}

/** Grey repeated over three channels. */
function colourOf({ image, channels }: ImageRecord): Uint8Array {
  if (channels === 3) return image;
  const pixels = new Uint8Array(image.length * 3);
  for (const [i, value] of image.entries()) pixels.fill(value, i * 3, i * 3 + 3);
  return pixels;
}
