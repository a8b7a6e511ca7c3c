import { type AnomalyDetector, disposePrediction, normalizedScore, type Thresholds } from '@utad/detector';
import { heatmap, overlay } from '@utad/report';
import { toImages } from '@utad/training';
import { writeFile } from '../write-file';
import type { PredictInput } from './inputs';
import { type ReadImage, readImage } from './read-image';
import { type Region, regionsOf, scaleRegion } from './regions';

/** What a detector says of one image file. */
export interface PredictedItem {
  readonly path: string;
  readonly score: number | null;
  /** 0.5 at the threshold. */
  readonly normalizedScore: number | null;
  readonly anomalous: boolean | null;
  /** In pixels of the image file. */
  readonly regions: readonly Region[];
  readonly map: string | null;
  readonly overlay: string | null;
  /** Why there is no answer; null where there is one. */
  readonly error: string | null;
}

/** Pictures are enlarged so that their longer side has at least so many pixels. */
const PICTURE_SIDE = 320;

/** Looks at one image, and writes its two pictures. */
export async function predictImage(
  detector: AnomalyDetector,
  thresholds: Thresholds,
  input: PredictInput,
  onRead: (image: ReadImage) => void,
): Promise<PredictedItem> {
  const size = detector.inputSize;
  const image = await readImage(input.path, size);
  onRead(image);
  const { score, map } = await measure(detector, image);
  const regions = regionsOf(map, size, thresholds.pixel);
  const segmentation = Uint8Array.from(map, (value) => Number(value >= thresholds.pixel));
  const scale = Math.max(1, Math.ceil(PICTURE_SIDE / Math.max(...size)));
  // The same colours for every image of a bundle: the threshold is always half-way.
  await writeFile(input.map, await heatmap(map, size, [0, 2 * thresholds.pixel]));
  await writeFile(input.overlay, await overlay(image.pixels, size, { segmentation, scale }));
  return {
    path: input.path,
    score,
    normalizedScore: normalizedScore(score, thresholds.image),
    anomalous: score >= thresholds.image,
    regions: regions.map((region) => scaleRegion(region, size, image.fileSize)),
    map: input.map,
    overlay: input.overlay,
    error: null,
  };
}

/** An image that could not be read. */
export function failedItem(path: string, error: Error): PredictedItem {
  return {
    path,
    score: null,
    normalizedScore: null,
    anomalous: null,
    regions: [],
    map: null,
    overlay: null,
    error: error.message,
  };
}

async function measure(
  detector: AnomalyDetector,
  { pixels, size }: ReadImage,
): Promise<{ score: number; map: Float32Array }> {
  const images = toImages(
    [{ id: 'input', label: 0, kind: 'unknown', image: pixels, size, channels: 3 }],
    size,
  );
  const prediction = detector.predict(images);
  try {
    const [score = Number.NaN] = await prediction.score.data<'float32'>();
    return { score, map: await prediction.anomalyMap.data<'float32'>() };
  } finally {
    disposePrediction(prediction);
    images.dispose();
  }
}
