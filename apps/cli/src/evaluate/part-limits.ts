import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '@utad/core';
import { type AnomalyDetector, disposePrediction } from '@utad/detector';
import { quantile } from '@utad/eval';
import { readBatches } from '@utad/training';
import { partName } from './symbols';

/** So many images tell how large a part gets, and cost little beside the whole of an evaluation. */
const MOST_IMAGES = 24;
/** As many as are evaluated at a time. */
const BATCH = 8;
/** Of each map, so that large maps take no more memory: 256 x 256. */
const MOST_PIXELS = 1 << 16;
/** One pixel of a thousand may be drawn in the last colour of the scale. */
const QUANTILE = 0.999;

/** How it is followed and stopped. */
export interface PartLimitsWatch {
  readonly signal?: AbortSignal;
  /** Is told how many images are predicted, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Where the colours of each part of the anomaly map end, by its name: the 0.999 quantile over the pixels of test images that
 * are spread evenly over the set, and so over its types. Nothing for a detector without parts.
 *
 * It has to be known before the first picture is drawn, which is why these images are predicted once more.
 *
 * @throws the signal's reason
 */
export async function partLimits(
  detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>,
  test: Dataset,
  { signal, onProgress }: PartLimitsWatch = {},
): Promise<Record<string, number>> {
  const seen = new Map<string, Float32Array[]>();
  const chosen = Math.min(MOST_IMAGES, test.count);
  const order = Array.from({ length: chosen }, (_, at) => Math.floor(((at + 0.5) * test.count) / chosen));
  let done = 0;
  for await (const { images } of readBatches(test, { order, batchSize: BATCH, size: detector.inputSize })) {
    try {
      signal?.throwIfAborted();
      const prediction = detector.predict(images, { parts: true });
      try {
        if (prediction.parts === undefined) return {};
        for (const [part, map] of Object.entries(prediction.parts)) {
          const [, height, width] = map.shape;
          const values = everyNth(await map.data<'float32'>(), Math.ceil((height * width) / MOST_PIXELS));
          seen.set(part, [...(seen.get(part) ?? []), values]);
        }
      } finally {
        disposePrediction(prediction);
      }
      done += images.shape[0];
    } finally {
      images.dispose();
    }
    onProgress?.(done, chosen);
    await tf.nextFrame();
  }
  return Object.fromEntries(
    [...seen].map(([part, values]) => [partName(part), quantile(joined(values), QUANTILE)]),
  );
}

function everyNth(values: Float32Array, step: number): Float32Array {
  return step === 1
    ? values
    : Float32Array.from({ length: Math.ceil(values.length / step) }, (_, at) => values[at * step] ?? 0);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
