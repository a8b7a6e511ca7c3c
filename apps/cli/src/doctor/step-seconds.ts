import type { Dataset, ImageRecord } from '@utad/core';
import type { AnomalyDetector } from '@utad/detector';

/**
 * Seconds that a detector's training takes for an image, all stages together: real epochs of one batch each.
 *
 * @param detector Its configuration must say one batch of this many images, and this many epochs.
 * @param images In the batch.
 * @param epochs The first is not counted where there are more.
 */
export async function secondsPerImage(
  detector: AnomalyDetector,
  { images, epochs, signal }: { images: number; epochs: number; signal: AbortSignal },
): Promise<number> {
  const times = new Map<string, number[]>();
  await detector.fit(noise(images, detector.inputSize), {
    seed: 0,
    signal,
    onEvent: (event) => {
      if (event.type === 'epoch') times.set(event.stage, [...(times.get(event.stage) ?? []), event.seconds]);
    },
  });
  let seconds = 0;
  for (const all of times.values()) {
    const counted = epochs > 1 ? all.slice(1) : all;
    seconds += counted.reduce((sum, time) => sum + time, 0) / counted.length;
  }
  return seconds / images;
}

/** Images that no two are alike of; how long training takes depends on their size alone. */
function noise(count: number, [height, width]: readonly [number, number]): Dataset {
  return {
    count,
    fingerprint: `noise ${count} ${height} ${width}`,
    async *records(order) {
      for (const index of order) yield record(index);
    },
  };

  function record(index: number): ImageRecord {
    let state = index + 1;
    const image = Uint8Array.from({ length: height * width * 3 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    });
    return { id: `${index}`, label: 0, defectType: 'good', image, size: [height, width], channels: 3 };
  }
}
