import * as tf from '@tensorflow/tfjs';
import { type Dataset, everyIndex } from '@utad/core';
import type { PixelAccumulator } from '@utad/eval';
import { type Batch, type Images, readBatches } from '@utad/training';
import { type AnomalyDetector, disposePrediction, type Prediction } from './detector';
import { Definitions } from './evaluation/defined';
import { DifferenceMeter } from './evaluation/difference-meter';
import type { EvaluatedImage, Evaluation, Repair } from './evaluation/evaluation';
import { imageAurocOf, imageMetrics } from './evaluation/image-metrics';
import { KindOverlap } from './evaluation/kind-overlap';
import { KindPixels } from './evaluation/kind-pixels';
import { kindResults } from './evaluation/kind-results';
import { sharesOf } from './evaluation/shares';
import { MapMeter, masksOf, valuesOf } from './map-meter';
import { RestorationMeter } from './restoration';
import { scoreOf } from './score';
import type { Thresholds } from './thresholds';

/** How {@link evaluate} measures. */
export interface EvaluateOptions {
  /** From {@link fitThresholds}: where `fitted` stands. */
  readonly thresholds: Thresholds;
  /** Default 8. */
  readonly batchSize?: number;
  /** Ask the detector for the parts of its maps, for `onBatch`. Default false. */
  readonly parts?: boolean;
  /**
   * Is handed every batch before its tensors are disposed of, and waited for, so that whoever wants pictures or codes
   * need not predict again. It must dispose of nothing that it is given.
   */
  readonly onBatch?: (
    batch: Batch,
    prediction: Prediction,
    items: readonly EvaluatedImage[],
  ) => Promise<void>;
  /** Is told how many images are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between batches; the evaluation then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Scores a test set and measures how well good and anomalous images, and pixels, are told apart.
 *
 * @throws MetricError when the test set is empty, a map is not finite, or a mask holds other than 0 and 1.
 */
export async function evaluate(
  detector: AnomalyDetector,
  test: Dataset,
  { thresholds, batchSize = 8, parts = false, onBatch, onProgress, signal }: EvaluateOptions,
): Promise<Evaluation> {
  const began = performance.now();
  const items: EvaluatedImage[] = [];
  const own = new MapMeter();
  const overlap = new KindOverlap(thresholds.pixel);
  const kindPixels = new KindPixels();
  const differences = new Map<string, DifferenceMeter>();
  const contributions: Record<string, number> = {};
  const restoration = new RestorationMeter();
  const order = everyIndex(test);

  for await (const batch of readBatches(test, { order, batchSize, size: detector.inputSize })) {
    try {
      signal?.throwIfAborted();
      const prediction = detector.predict(batch.images, { parts });
      try {
        const scored = await scoreBatch(batch, prediction);
        items.push(...scored);
        const masks = masksOf(batch.records);
        const values = await own.add(prediction.anomalyMap);
        for (const [index, record] of batch.records.entries()) {
          const ofImage = valuesOf(values, index);
          overlap.add(record.defectType, ofImage, masks[index]);
          kindPixels.add(record, ofImage, masks[index]);
        }
        for (const [name, image] of Object.entries(prediction.intermediates)) {
          const meter = differences.get(name) ?? new DifferenceMeter();
          differences.set(name, meter);
          const map = pixelDifference(batch.images, image);
          await meter.add(map, masks);
          map.dispose();
        }
        for (const [name, mean] of Object.entries(prediction.contributions ?? {})) {
          const ofImages = await mean.data<'float32'>();
          contributions[name] = ofImages.reduce((sum, value) => sum + value, contributions[name] ?? 0);
        }
        await addRestoration(restoration, batch, prediction);
        await onBatch?.(batch, prediction, scored);
      } finally {
        disposePrediction(prediction);
      }
    } finally {
      batch.images.dispose();
    }
    onProgress?.(items.length, test.count);
    await tf.nextFrame();
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
  const all = kindPixels.all();
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
    kinds: kindResults(items, {
      threshold: thresholds.image,
      overlap,
      pixels: kindPixels,
      definitions,
    }),
    ...(curves && { pixelCurves: curves }),
    testThresholds: { paper, oracle: oracle?.threshold ?? null },
    pixelDifference: Object.fromEntries(
      [...differences].map(([name, { maps, pixels }]) => [
        name,
        {
          imageAuroc: imageAuroc(maps.scores[detector.reduction]),
          imageAurocMean: imageAuroc(maps.scores.mean),
          imageAurocMax: imageAuroc(maps.scores.max),
          pixelAuroc: pixelMetric('pixel AUROC', pixels, (pixels) => pixels.rocAuc()),
        },
      ]),
    ),
    repairs: Object.fromEntries(
      [...differences].flatMap(([name, { repair }]): [string, Repair][] => {
        const result = repair.result();
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

async function scoreBatch({ records }: Batch, prediction: Prediction): Promise<EvaluatedImage[]> {
  const reduced = tf.tidy(() => ({
    mean: scoreOf(prediction.anomalyMap, 'mean'),
    max: scoreOf(prediction.anomalyMap, 'max'),
  }));
  const [score, mean, max] = await Promise.all([
    prediction.score.data<'float32'>(),
    reduced.mean.data<'float32'>(),
    reduced.max.data<'float32'>(),
  ]);
  tf.dispose(reduced);
  return records.map(({ id, defectType, label }, index) => ({
    id,
    defectType,
    label,
    score: score[index] ?? Number.NaN,
    scores: { mean: mean[index] ?? Number.NaN, max: max[index] ?? Number.NaN },
  }));
}

/** Mean over channels of |a - b|, `[B, H, W]`. */
function pixelDifference(a: Images, b: Images): tf.Tensor3D {
  return tf.tidy(() => a.sub(b).abs().mean<tf.Tensor3D>(3));
}

async function addRestoration(
  meter: RestorationMeter,
  { records }: Batch,
  { intermediates }: Prediction,
): Promise<void> {
  if (records.every(({ cleanTwin }) => cleanTwin === undefined)) return;
  const values: Record<string, Float32Array> = {};
  for (const [name, image] of Object.entries(intermediates)) values[name] = await image.data<'float32'>();
  for (const [index, record] of records.entries()) {
    const length = record.size[0] * record.size[1] * 3;
    const ofImage = Object.entries(values).map(([name, all]) => [
      name,
      all.subarray(index * length, (index + 1) * length),
    ]);
    meter.add(record, Object.fromEntries(ofImage));
  }
}
