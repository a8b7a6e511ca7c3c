import {
  type Dataset,
  everyIndex,
  type ImageBatch,
  type ImageRecord,
  readImages,
  type Size,
  sliceOf,
} from '@utad/core';
import {
  type AnomalyDetector,
  type MapBatch,
  type PredictOptions,
  predictWhole,
  type Thresholds,
  type Wanted,
  type WholePrediction,
} from '@utad/detector';
import type { PixelAccumulator } from '@utad/eval';
import type { Watch } from '../events';
import { METRIC_SIZE } from '../metric-size';
import { nextTurn } from '../turns';
import { defectTypeResults, OverlapByDefectType, PixelsByDefectType } from './defect-types';
import type { EvaluatedImage, Evaluation, RepairMeasure } from './evaluation';
import { Definitions, imageAurocOf, imageMetrics } from './image-metrics';
import { DifferenceMeter, MapMeter, type MeasuredMaps, masksOf } from './meters';
import { RestorationMeter } from './restoration';

/** A batch of a test set, predicted once for all who want something of it. Plain data. */
export interface EvaluatedBatch {
  /** `[B, H, W, 3]` of the detector's input size. */
  readonly images: ImageBatch;
  /** In the order of the images, as `items` are. */
  readonly records: readonly ImageRecord[];
  /** With the maps at the size of metrics in `resized`, all differences, and what observers want. */
  readonly prediction: WholePrediction;
  /** Scores of the images, with their labels and types of defect. */
  readonly items: readonly EvaluatedImage[];
}

/** Sees every batch of an evaluation, so that each image is predicted once, whoever wants something of it. */
export interface EvaluationObserver {
  /** What it needs of each prediction besides scores, maps and differences. Default nothing. */
  readonly wants?: Pick<PredictOptions, 'parts' | 'pictures'>;
  /** Is waited for. */
  see(batch: EvaluatedBatch): Promise<void> | void;
}

/** How {@link evaluateDetector} measures. */
export interface EvaluateDetectorOptions extends Watch {
  /** From `fitThresholds` of `@utad/detector`: where `fitted` stands. */
  readonly thresholds: Thresholds;
  /** Default 8. */
  readonly batchSize?: number;
  /** Where maps and masks are compared. Default {@link METRIC_SIZE}. */
  readonly metricSize?: Size;
  /** See every batch, in this order. */
  readonly observers?: readonly EvaluationObserver[];
}

/**
 * Scores a test set and measures how well good and anomalous images, and pixels, are told apart. Each batch is predicted once,
 * and its maps are read once.
 *
 * @throws MetricError when the test set is empty, a map is not finite, or a mask holds other than 0 and 1.
 * @throws the signal's reason, between two batches
 */
export async function evaluateDetector(
  detector: Pick<AnomalyDetector, 'predict' | 'inputSize' | 'reduction'>,
  test: Dataset,
  {
    thresholds,
    batchSize = 8,
    metricSize = METRIC_SIZE,
    observers = [],
    onEvent,
    signal,
  }: EvaluateDetectorOptions,
): Promise<Evaluation> {
  const began = performance.now();
  const items: EvaluatedImage[] = [];
  const { reduction } = detector;
  const own = new MapMeter(reduction);
  const overlap = new OverlapByDefectType(thresholds.pixel);
  const pixelsByType = new PixelsByDefectType(undefined, metricSize);
  const differences = new Map<string, DifferenceMeter>();
  const contributions: Record<string, number> = {};
  const restoration = new RestorationMeter();
  const parts = together(observers.map(({ wants }) => wants?.parts));
  const pictures = together(observers.map(({ wants }) => wants?.pictures));
  const order = everyIndex(test);

  for await (const { images, records } of readImages(test, { order, batchSize, size: detector.inputSize })) {
    signal?.throwIfAborted();
    const restored = records.some(({ cleanTwin }) => cleanTwin !== undefined);
    const prediction = await predictWhole(detector, images, {
      resizeTo: metricSize,
      parts,
      pictures: restored ? 'all' : pictures,
      differences: 'all',
    });
    const scored = scoresOf(records, prediction);
    items.push(...scored);
    const masks = masksOf(records, metricSize);
    const { maps, resized, reductions } = prediction;
    own.add({ values: maps, resized, means: reductions.mean, maxima: reductions.max });
    for (const [index, record] of records.entries()) {
      const ofImage = sliceOf(resized, index, records.length);
      overlap.add(record.defectType, ofImage, masks[index]);
      pixelsByType.add(record, ofImage, masks[index]);
      if (restored) restoration.add(record, picturesOf(prediction, index, records.length));
    }
    for (const [name, difference] of Object.entries(prediction.differences)) {
      const meter = differences.get(name) ?? new DifferenceMeter(reduction, metricSize);
      differences.set(name, meter);
      meter.add(measured(name, difference), masks);
    }
    for (const [name, means] of Object.entries(prediction.contributions)) {
      contributions[name] = means.reduce((sum, value) => sum + value, contributions[name] ?? 0);
    }
    const batch: EvaluatedBatch = { images, records, prediction, items: scored };
    for (const observer of observers) await observer.see(batch);
    const secondsLeft = ((performance.now() - began) / 1000 / items.length) * (test.count - items.length);
    onEvent?.({
      type: 'progress',
      task: 'images evaluated',
      done: items.length,
      total: test.count,
      secondsLeft,
    });
    await nextTurn();
  }
  const seconds = (performance.now() - began) / 1000;

  const definitions = new Definitions();
  const pixelMetric = <T>(
    name: string,
    pixels: PixelAccumulator | undefined,
    measure: (pixels: PixelAccumulator) => T,
  ) =>
    pixels === undefined
      ? definitions.undefinedFor('pixel metrics', NO_MASKS)
      : definitions.measure(name, 'pixels', () => measure(pixels));
  const all = pixelsByType.all();
  const { min, max } = own.range;
  const paper = min + 0.5 * (max - min);
  const oracle = pixelMetric('IoU', all, (pixels) => pixels.bestIou());
  const { image, intervals } = imageMetrics(items, definitions);
  const curves = pixelMetric('pixel AUROC', all, (pixels) => pixels.curves());
  const restored = restoration.result();
  const shares = sharesOf(contributions);
  const labels = items.map(({ label }) => label);
  const imageAuroc = (scores: readonly number[]) => imageAurocOf(labels, scores, definitions);

  return {
    images: {
      good: labels.filter((label) => label === 0).length,
      anomalous: labels.filter((label) => label === 1).length,
    },
    items,
    image,
    pixel: {
      auroc: pixelMetric('pixel AUROC', all, (pixels) => pixels.rocAuc()),
      aupr: pixelMetric('pixel average precision', all, (pixels) => pixels.averagePrecision()),
      aupro: pixelMetric('AUPRO', all, (pixels) => pixels.aupro()),
      f1Max: pixelMetric('largest pixel F1', all, (pixels) => pixels.bestF1().f1),
      iou: {
        paper: pixelMetric('IoU', all, (pixels) => pixels.iouAt(paper)),
        fitted: pixelMetric('IoU', all, (pixels) => pixels.iouAt(thresholds.pixel)),
        oracle: oracle?.iou ?? null,
      },
    },
    intervals: { image: intervals },
    kinds: defectTypeResults(items, {
      threshold: thresholds.image,
      overlap,
      pixels: pixelsByType,
      definitions,
    }),
    ...(curves && { pixelCurves: curves }),
    testThresholds: { paper, oracle: oracle?.threshold ?? null },
    pixelDifference: Object.fromEntries(
      [...differences].map(([name, { maps, pixels }]) => [
        name,
        {
          imageAuroc:
            reduction === undefined
              ? definitions.undefinedFor('image AUROC of pixel differences', NO_REDUCTION)
              : imageAuroc(maps.own),
          imageAurocMean: imageAuroc(maps.scores.mean),
          imageAurocMax: imageAuroc(maps.scores.max),
          pixelAuroc: pixelMetric('pixel AUROC', pixels, (pixels) => pixels.rocAuc()),
        },
      ]),
    ),
    repairs: Object.fromEntries(
      [...differences].flatMap(([name, meter]): [string, RepairMeasure][] => {
        const result = meter.repair();
        return result === undefined ? [] : [[name, result]];
      }),
    ),
    ...(shares && { shares }),
    ...(restored && { restoration: restored }),
    seconds,
    notes: definitions.notes,
  };
}

const NO_MASKS = 'not every test image has a ground-truth mask';
const NO_REDUCTION = "the detector's score is no reduction of its map";

/** What at least one wants. */
function together(wants: readonly (Wanted | undefined)[]): Wanted {
  const names = new Set<string>();
  for (const wanted of wants) {
    if (wanted === 'all') return 'all';
    for (const name of wanted ?? []) names.add(name);
  }
  return [...names];
}

function scoresOf(
  records: readonly ImageRecord[],
  { scores, reductions: { mean, max } }: WholePrediction,
): EvaluatedImage[] {
  return records.map(({ id, defectType, label }, index) => ({
    id,
    defectType,
    label,
    score: scores[index] ?? Number.NaN,
    scores: { mean: mean[index] ?? Number.NaN, max: max[index] ?? Number.NaN },
  }));
}

/** @throws TypeError when a detector leaves out what was asked for. */
function measured(name: string, { resized, ...maps }: MapBatch): MeasuredMaps {
  if (resized !== undefined) return { ...maps, resized };
  throw new TypeError(`expected the difference from ${name} in the size asked for, received none`);
}

/** The bytes of one image's pictures, by name. */
function picturesOf({ pictures }: WholePrediction, index: number, count: number): Record<string, Uint8Array> {
  const ofImage = Object.entries(pictures).map(([name, { data }]) => [name, sliceOf(data, index, count)]);
  return Object.fromEntries(ofImage);
}

/** What each part makes of the map, among the parts that add up to it; undefined without parts. */
function sharesOf(contributions: Readonly<Record<string, number>>): Record<string, number> | undefined {
  const entries = Object.entries(contributions);
  if (entries.length === 0) return undefined;
  const groups = new Map<string, number>();
  for (const [name, value] of entries) groups.set(groupOf(name), (groups.get(groupOf(name)) ?? 0) + value);
  return Object.fromEntries(entries.map(([name, value]) => [name, value / (groups.get(groupOf(name)) ?? 1)]));
}

/** Parts that add up to the whole share a prefix: `layer/conv1_2`, `pair/x, m`. */
function groupOf(name: string): string {
  return name.split('/')[0] ?? name;
}
