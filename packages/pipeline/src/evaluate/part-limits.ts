import { type Dataset, readImages } from '@utad/core';
import type { AnomalyDetector } from '@utad/detector';
import { quantile } from '@utad/eval';
import type { Watch } from '../events';
import { nextTurn } from '../turns';

/** So many images tell how large a part gets, and cost little beside the whole of an evaluation. */
const MOST_IMAGES = 24;
/** As many as are evaluated at a time. */
const BATCH = 8;
/** Of each map, so that large maps take no more memory: 256 x 256. */
const MOST_PIXELS = 1 << 16;
/** One pixel of a thousand may be drawn in the last colour of the scale. */
const QUANTILE = 0.999;

/**
 * Where the colours of each part of the anomaly map end, by its name in predictions: the 0.999 quantile over the pixels of test
 * images that are spread evenly over the set, and so over its types. Nothing for a detector without parts.
 *
 * It has to be known before the first picture is drawn, which is why these images are predicted once more.
 *
 * @throws the signal's reason
 */
export async function partLimits(
  detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>,
  test: Dataset,
  { signal, onEvent }: Watch = {},
): Promise<Record<string, number>> {
  const seen = new Map<string, Float32Array[]>();
  const total = Math.min(MOST_IMAGES, test.count);
  const order = Array.from({ length: total }, (_, at) => Math.floor(((at + 0.5) * test.count) / total));
  let done = 0;
  for await (const { images } of readImages(test, { order, batchSize: BATCH, size: detector.inputSize })) {
    signal?.throwIfAborted();
    const { parts, mapSize } = await detector.predict(images, { parts: 'all' });
    if (parts === undefined || Object.keys(parts).length === 0) return {};
    const step = Math.ceil((mapSize[0] * mapSize[1]) / MOST_PIXELS);
    for (const [part, values] of Object.entries(parts)) {
      seen.set(part, [...(seen.get(part) ?? []), everyNth(values, step)]);
    }
    done += images.shape[0];
    onEvent?.({ type: 'progress', task: 'images seen for the scales of the maps', done, total });
    await nextTurn();
  }
  return Object.fromEntries([...seen].map(([part, values]) => [part, quantile(joined(values), QUANTILE)]));
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
