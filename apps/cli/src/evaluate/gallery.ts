import * as tf from '@tensorflow/tfjs';
import { type AnomalyDetector, disposePrediction, type EvaluatedImage, resizeMask } from '@utad/detector';
import type { GalleryRow } from '@utad/report';
import { type Images, readBatches, type TrainingData } from '@utad/training';
import { inOrder, namesOf } from './symbols';

/** Predicts some images of a test set again, for their pictures. */
export async function galleryOf(
  detector: AnomalyDetector,
  test: TrainingData,
  items: readonly EvaluatedImage[],
  chosen: readonly number[],
): Promise<GalleryRow[]> {
  const rows: GalleryRow[] = [];
  const size = detector.inputSize;
  // One at a time: a network's answer must not depend on the others in the batch, and pictures are few.
  for await (const { images, records } of readBatches(test, { order: chosen, batchSize: 1, size })) {
    const prediction = detector.predict(images);
    const item = items[chosen[rows.length] ?? -1];
    const [record] = records;
    try {
      if (record === undefined || item === undefined) throw new Error('gallery: an image was not evaluated');
      const pictures = [{ name: 'input', symbol: 'x', pixels: await bytesOf(images) }];
      for (const [key, image] of inOrder(prediction.intermediates)) {
        pictures.push({ ...namesOf(key), pixels: await bytesOf(image) });
      }
      const { mask, maskSize = record.size } = record;
      rows.push({
        id: item.id,
        kind: item.kind,
        label: item.label,
        score: item.score,
        size,
        images: pictures,
        anomalyMap: await prediction.anomalyMap.data<'float32'>(),
        ...(mask && { mask: resizeMask(mask, maskSize, size) }),
      });
    } finally {
      disposePrediction(prediction);
      images.dispose();
    }
  }
  return rows;
}

/** Pixels of the only image of a batch, `H * W * 3` bytes. */
async function bytesOf(images: Images): Promise<Uint8Array> {
  const rounded = tf.tidy(() => images.clipByValue(0, 1).mul(255).round());
  try {
    return Uint8Array.from(await rounded.data<'float32'>());
  } finally {
    rounded.dispose();
  }
}
