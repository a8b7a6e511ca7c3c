import { type ImageRecord, imageBatch, resizeNearest } from '@utad/core';
import { predictWhole } from '@utad/detector';
import type { ComparisonGrid, GridCell, GridRow } from '@utad/report';
import { METRIC_SIZE } from '../metric-size';
import type { NamedDetector } from './compare-names';
import { categoryOf, type EvaluatedRun, readTestImages, testSetOf } from './compare-run';
import { nameOf } from './data';
import { type DetectorOption, findDetectorAmong } from './detectors';
import { colourOf } from './evaluate-latent';
import { type OpenOptions, openRun } from './open';

/** How a grid is made, followed and stopped. */
export interface GridOptions extends Omit<OpenOptions, 'detector'> {
  /** Bring the kinds of runs whose kind is not built in. */
  readonly detectors?: readonly DetectorOption[] | undefined;
}

/** A detector with the run that stands for it in a category: that of the lowest seed. */
interface Shown {
  readonly name: string;
  readonly run: EvaluatedRun;
}

/** Predicts some images of each category with every detector. One detector is open at a time. */
export async function gridOf(
  detectors: readonly NamedDetector[],
  options: GridOptions,
): Promise<ComparisonGrid> {
  const shown = detectors.flatMap(({ name, runs }) => runs.map((run) => ({ name, run })));
  const categories = [...new Set(shown.map(({ run }) => keyOf(run)))];
  const rows: GridRow[] = [];
  for (const category of categories) {
    const members = representatives(shown.filter(({ run }) => keyOf(run) === category));
    rows.push(...(await categoryRows(members, options)));
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

async function categoryRows(shown: readonly Shown[], options: GridOptions): Promise<GridRow[]> {
  const { signal, onEvent } = options;
  const runs = shown.map(({ run }) => run);
  const [first] = runs;
  const chosen = chooseImages(runs);
  if (first === undefined || chosen.length === 0) return [];
  const pictures = await readTestImages(first, chosen, METRIC_SIZE, { signal, onEvent });
  const cells = new Map<string, GridCell[]>(chosen.map(({ id }) => [id, []]));
  for (const [index, { name, run }] of shown.entries()) {
    signal?.throwIfAborted();
    const task = `detectors shown ${chosen.length} images`;
    const subject = `${nameOf(run.source)}, ${name}`;
    onEvent?.({ type: 'progress', subject, task, done: index + 1, total: shown.length });
    const { image: imageThreshold, pixel: pixelThreshold } = run.manifest.thresholds;
    for (const { id, score, map } of await predictChosen(run, chosen, options)) {
      cells.get(id)?.push({ detector: name, score, imageThreshold, map, pixelThreshold });
    }
  }
  return chosen.map((image, i) => rowOf(image, pictures[i], first, cells.get(image.id) ?? []));
}

function rowOf(
  { id, defectType, label }: ChosenImage,
  record: ImageRecord | undefined,
  run: EvaluatedRun,
  cells: readonly GridCell[],
): GridRow {
  if (record === undefined) throw new Error(`grid: expected the image ${id}, read none`);
  const { mask, maskSize = record.size } = record;
  return {
    ...{ id, defectType, label, cells },
    dataset: run.source.dataset,
    category: categoryOf(run),
    size: METRIC_SIZE,
    pixels: colourOf(record),
    ...(mask && { mask: resizeNearest(mask, maskSize, METRIC_SIZE) }),
  };
}

interface PredictedImage {
  readonly id: string;
  readonly score: number;
  /** At {@link METRIC_SIZE}. */
  readonly map: Float32Array;
}

/** Opens the detector of a run, predicts some of its test images, one at a time, and closes it. */
async function predictChosen(
  run: EvaluatedRun,
  chosen: readonly ChosenImage[],
  { detectors = [], assets = {}, ...options }: GridOptions,
): Promise<PredictedImage[]> {
  const { manifest, path, folder, config } = run;
  const { inputSize: size } = manifest;
  const { signal, onEvent } = options;
  const records = await readTestImages(run, chosen, size, { signal, onEvent });
  const { kind } = await findDetectorAmong(manifest.kind, detectors);
  const own = Object.entries(assets).filter(([name]) => kind.assets?.includes(name));
  await using opened = await openRun(
    { path, manifest, run: { folder, config } },
    { ...options, detector: kind, assets: Object.fromEntries(own) },
  );
  const predicted: PredictedImage[] = [];
  for (const record of records) {
    const images = imageBatch([record], size);
    const { scores, resized } = await predictWhole(opened.detector, images, { resizeTo: METRIC_SIZE });
    predicted.push({ id: record.id, score: scores[0] ?? Number.NaN, map: resized });
  }
  return predicted;
}

/** How {@link chooseImages} chooses, for the reader of the report. */
const RULE =
  'Of each type of image, good ones included, the one in the middle is shown: ranked within its type by the score of each detector, it has the median of the mean ranks. That favours no detector.';

/** An image of a test set. */
export interface ChosenImage {
  readonly id: string;
  readonly defectType: string;
  readonly label: 0 | 1;
}

/**
 * Chooses an image of each type that all runs were tested on: the median by mean rank, the lower of two.
 *
 * @param runs of one category
 * @returns Good ones first, then types by name.
 */
export function chooseImages(runs: readonly EvaluatedRun[]): ChosenImage[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const elsewhere = others.map(({ scores }) => new Set(scores.items.map(({ id }) => id)));
  const shared = first.scores.items.filter(({ id }) => elsewhere.every((ids) => ids.has(id)));
  const types = [...new Set(shared.map(({ defectType }) => defectType))];
  return types
    .flatMap((type) => {
      const images = shared.filter(({ defectType }) => defectType === type);
      const ids = new Set(images.map(({ id }) => id));
      const ranks = new Map<string, number>();
      for (const { scores } of runs) {
        const ranked = scores.items
          .filter(({ id }) => ids.has(id))
          .sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1));
        for (const [rank, { id }] of ranked.entries()) ranks.set(id, (ranks.get(id) ?? 0) + rank);
      }
      const order = images.toSorted(
        (a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1),
      );
      return order[Math.floor((order.length - 1) / 2)] ?? [];
    })
    .map(({ id, defectType, label }) => ({ id, defectType, label }))
    .sort((a, b) => a.label - b.label || (a.defectType < b.defectType ? -1 : 1));
}
