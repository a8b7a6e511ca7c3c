import type { DecodedImage } from '@utad/datasets/node';
import { type AnomalyDetector, disposePrediction, normalizedScore, type Thresholds } from '@utad/detector';
import { regionsAt, type ScoredRegion } from '@utad/eval';
import { floatTiff } from '@utad/report';
import { toImages } from '@utad/training';
import { resizeMap } from '../resize-map';
import { writeFile } from '../write-file';
import type { PredictInput } from './inputs';
import { writePictures } from './pictures';
import { readImage } from './read-image';
import { scaleRegion } from './scale-region';

/** What a detector says of one image file. */
export interface PredictedItem {
  readonly path: string;
  readonly score: number | null;
  /** 0.5 at the threshold. */
  readonly normalizedScore: number | null;
  readonly anomalous: boolean | null;
  /** In pixels of the image file. */
  readonly regions: readonly ScoredRegion[];
  readonly map: string | null;
  readonly overlay: string | null;
  /** Raw values at the size of the image file; null where they were not asked for. */
  readonly tiff: string | null;
  /** Why there is no answer; null where there is one. */
  readonly error: string | null;
}

/** Looks at one image, and writes its pictures. */
export async function predictImage(
  detector: AnomalyDetector,
  thresholds: Thresholds,
  input: PredictInput,
  onRead: (image: DecodedImage) => void,
): Promise<PredictedItem> {
  const size = detector.inputSize;
  const image = await readImage(input.path, size);
  onRead(image);
  const { score, map, raw } = await measure(detector, image, input.tiff !== null);
  const regions = regionsAt(map, size, thresholds.pixel);
  await writePictures(input, { size, pixels: image.pixels, map }, thresholds.pixel);
  if (input.tiff !== null) await writeFile(input.tiff, floatTiff(raw, image.fileSize));
  return {
    path: input.path,
    score,
    normalizedScore: normalizedScore(score, thresholds.image),
    anomalous: score >= thresholds.image,
    regions: regions.map((region) => scaleRegion(region, size, image.fileSize)),
    map: input.map,
    overlay: input.overlay,
    tiff: input.tiff,
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
    tiff: null,
    error: error.message,
  };
}

interface Measured {
  readonly score: number;
  /** At the detector's size. */
  readonly map: Float32Array;
  /** At the size of the file; as `map` where that was not asked for. */
  readonly raw: Float32Array;
}

/** One image at a time: sets of them were not faster, and changed the last digits. */
async function measure(
  detector: AnomalyDetector,
  { pixels, size, fileSize }: DecodedImage,
  enlarged: boolean,
): Promise<Measured> {
  const images = toImages(
    [{ id: 'input', label: 0, defectType: 'unknown', image: pixels, size, channels: 3 }],
    size,
  );
  const prediction = detector.predict(images);
  try {
    const [score = Number.NaN] = await prediction.score.data<'float32'>();
    const map = await prediction.anomalyMap.data<'float32'>();
    return { score, map, raw: enlarged ? await resizeMap(prediction.anomalyMap, 0, fileSize) : map };
  } finally {
    disposePrediction(prediction);
    images.dispose();
  }
}
