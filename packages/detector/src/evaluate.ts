import * as tf from '@tensorflow/tfjs';
import { MetricError, type PixelAccumulator, rocAuc } from '@utad/eval';
import { type Batch, type Images, readBatches, type TrainingData } from '@utad/training';
import { type AnomalyDetector, disposePrediction, type Prediction, type Reduction } from './detector';
import { MapMeter, masksOf } from './map-meter';
import { METRIC_SIZE } from './metric-size';
import { type Restoration, RestorationMeter } from './restoration';
import { scoreOf } from './score';
import type { Thresholds } from './thresholds';

/** One image of a test set with its scores. */
export interface EvaluatedImage {
  /** Of its record. */
  readonly id: string;
  /** `good`, or the type of defect. */
  readonly kind: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** The detector's own. */
  readonly score: number;
  /** The score under either reduction of the map. */
  readonly scores: Readonly<Record<Reduction, number>>;
}

/** Areas under ROC curves; null where they are not defined, and a note says why. */
export interface Areas {
  /** With the detector's reduction of the map to a score. */
  readonly imageAuroc: number | null;
  /** The same under either reduction. */
  readonly imageAurocMean: number | null;
  /** With the maximum of the map as score. */
  readonly imageAurocMax: number | null;
  /** Over all pixels of the test set, at {@link METRIC_SIZE}. */
  readonly pixelAuroc: number | null;
}

/** What a detector reached on a test set. Areas and IoU are in [0, 1], higher is better; `null` is not defined. */
export interface Evaluation {
  /** How many images of either class there were. */
  readonly images: { readonly good: number; readonly anomalous: number };
  /** Every image, in the order of the test set. */
  readonly items: readonly EvaluatedImage[];
  /** AUROC over images, with the detector's own score. */
  readonly image: {
    readonly auroc: number | null;
    /** The same under either reduction of the map. */
    readonly aurocMean: number | null;
    readonly aurocMax: number | null;
  };
  /**
   * Over all pixels at {@link METRIC_SIZE}: AUROC, and IoU at each of three thresholds (`fitted` is the only one that
   * never saw the test set).
   */
  readonly pixel: {
    readonly auroc: number | null;
    readonly iou: Readonly<Record<'paper' | 'fitted' | 'oracle', number | null>>;
  };
  /** Pixel thresholds that depend on the test set; null without masks. */
  readonly testThresholds: { readonly paper: number; readonly oracle: number | null };
  /** Of the pixel map |x - image| for each intermediate image, scored with the detector's reduction. */
  readonly pixelDifference: Readonly<Record<string, Areas>>;
  /** Share of the map that each of its parts makes, where the detector tells. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Whether images are restored; only for test sets with clean twins. */
  readonly restoration?: Restoration;
  /** Seconds of prediction, reading included. */
  readonly seconds: number;
  /** Sentences on numbers that are not defined. */
  readonly notes: readonly string[];
}

/** How {@link evaluate} measures. */
export interface EvaluateOptions {
  /** From {@link fitThresholds}: where `fitted` stands. */
  readonly thresholds: Thresholds;
  /** Default 8. */
  readonly batchSize?: number;
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
  test: TrainingData,
  { thresholds, batchSize = 8, onProgress, signal }: EvaluateOptions,
): Promise<Evaluation> {
  const began = performance.now();
  const items: EvaluatedImage[] = [];
  const own = new MapMeter();
  const differences = new Map<string, MapMeter>();
  const contributions: Record<string, number> = {};
  const restoration = new RestorationMeter();
  const order = Array.from({ length: test.count }, (_, index) => index);

  for await (const batch of readBatches(test, { order, batchSize, size: detector.inputSize })) {
    try {
      signal?.throwIfAborted();
      const prediction = detector.predict(batch.images);
      try {
        items.push(...(await scoreBatch(batch, prediction)));
        const masks = masksOf(batch.records);
        await own.add(prediction.anomalyMap, masks);
        for (const [name, image] of Object.entries(prediction.intermediates)) {
          const meter = differences.get(name) ?? new MapMeter();
          differences.set(name, meter);
          const map = pixelDifference(batch.images, image);
          await meter.add(map, masks);
          map.dispose();
        }
        for (const [name, part] of Object.entries(prediction.contributions ?? {})) {
          const values = await part.data<'float32'>();
          contributions[name] = values.reduce((sum, value) => sum + value, contributions[name] ?? 0);
        }
        await addRestoration(restoration, batch, prediction);
      } finally {
        disposePrediction(prediction);
      }
    } finally {
      batch.images.dispose();
    }
    onProgress?.(items.length, test.count);
    await tf.nextFrame();
  }

  const notes = new Set<string>();
  const labels = items.map(({ label }) => label);
  const imageAuroc = (scores: readonly number[]) =>
    defined(notes, 'image AUROC', () => rocAuc(labels, scores));
  const pixelMetric = <T>(name: string, { pixels }: MapMeter, measure: (pixels: PixelAccumulator) => T) =>
    pixels === undefined ? noMasks(notes) : defined(notes, name, () => measure(pixels));
  const { min, max } = own.range;
  const paper = min + 0.5 * (max - min);
  const oracle = pixelMetric('IoU', own, (pixels) => pixels.bestIou());
  const restored = restoration.result();
  const shares = sharesOf(contributions);

  return {
    images: {
      good: labels.filter((label) => label === 0).length,
      anomalous: labels.filter((label) => label === 1).length,
    },
    items,
    image: {
      auroc: imageAuroc(items.map(({ score }) => score)),
      aurocMean: imageAuroc(items.map(({ scores }) => scores.mean)),
      aurocMax: imageAuroc(items.map(({ scores }) => scores.max)),
    },
    pixel: {
      auroc: pixelMetric('pixel AUROC', own, (pixels) => pixels.rocAuc()),
      iou: {
        paper: pixelMetric('IoU', own, (pixels) => pixels.iouAt(paper)),
        fitted: pixelMetric('IoU', own, (pixels) => pixels.iouAt(thresholds.pixel)),
        oracle: oracle?.iou ?? null,
      },
    },
    testThresholds: { paper, oracle: oracle?.threshold ?? null },
    pixelDifference: Object.fromEntries(
      [...differences].map(([name, meter]) => [
        name,
        {
          imageAuroc: imageAuroc(meter.scores[detector.reduction]),
          imageAurocMean: imageAuroc(meter.scores.mean),
          imageAurocMax: imageAuroc(meter.scores.max),
          pixelAuroc: pixelMetric('pixel AUROC', meter, (pixels) => pixels.rocAuc()),
        },
      ]),
    ),
    ...(shares && { shares }),
    ...(restored && { restoration: restored }),
    seconds: (performance.now() - began) / 1000,
    notes: [...notes],
  };
}

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
  return records.map(({ id, kind, label }, index) => ({
    id,
    kind,
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

function sharesOf(contributions: Record<string, number>): Record<string, number> | undefined {
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

function defined<T>(notes: Set<string>, name: string, measure: () => T): T | null {
  try {
    return measure();
  } catch (error) {
    const undefinedForSoundData = ['one-class', 'no-positives'];
    if (!(error instanceof MetricError) || !undefinedForSoundData.includes(error.code)) throw error;
    notes.add(`${name} is not defined: ${error.message}.`);
    return null;
  }
}

function noMasks(notes: Set<string>): null {
  notes.add('Pixel metrics are not defined: not every test image has a ground-truth mask.');
  return null;
}
