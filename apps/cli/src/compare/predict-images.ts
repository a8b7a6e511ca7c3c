import { disposePrediction, METRIC_SIZE, readBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { ChosenBackend } from '@utad/runtime';
import { toImages } from '@utad/training';
import type { Context } from '../context';
import { findDetectorAmong } from '../detectors/find-detector';
import { resizeMap } from '../resize-map';
import { openDetector } from '../run/open-detector';
import type { ChosenImage } from './choose-images';
import type { EvaluatedRun } from './evaluated-run';
import { readTestImages } from './test-images';

export interface PredictOptions {
  /** What `--detector` names. */
  readonly detectors: readonly string[];
  /** VGG-19 weights from the command line. */
  readonly vgg19: string | undefined;
}

/** What all detectors are opened with. */
export interface PredictSession extends PredictOptions {
  readonly backend: ChosenBackend;
}

/** What a detector says of an image. */
export interface PredictedImage {
  readonly id: string;
  readonly score: number;
  /** At the size at which pixel metrics are taken. */
  readonly map: Float32Array;
}

/** Opens the detector of a run, predicts some of its test images and closes it. */
export async function predictImages(
  run: EvaluatedRun,
  chosen: readonly ChosenImage[],
  { detectors, vgg19, backend }: PredictSession,
  context: Context,
): Promise<PredictedImage[]> {
  const size = run.manifest.inputSize;
  const records = await readTestImages(run, chosen, size, context);
  const known = await findDetectorAmong(run.manifest.kind, detectors);
  const sources = { option: known.usesVgg19 ? vgg19 : undefined, remembered: run.config.vgg19 };
  const bundle = await readBundle(folderStore(run.folder.bundle));
  const { detector } = await openDetector(bundle, known, sources, context, backend);
  try {
    const predicted: PredictedImage[] = [];
    for (const record of records) {
      const images = toImages([record], size);
      const prediction = detector.predict(images);
      try {
        const [score = Number.NaN] = await prediction.score.data<'float32'>();
        predicted.push({ id: record.id, score, map: await resizeMap(prediction.anomalyMap, 0, METRIC_SIZE) });
      } finally {
        disposePrediction(prediction);
        images.dispose();
      }
    }
    return predicted;
  } finally {
    detector.dispose();
  }
}
