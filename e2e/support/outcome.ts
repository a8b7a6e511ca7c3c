import type { Dataset } from '@utad/core';
import type { AnomalyDetector } from '@utad/detector';
import { TwoStage, type TwoStageOptions } from '@utad/two-stage';

/** Eight-bit pixels of images, and their number and size. */
export interface Pictures {
  readonly shape: readonly [count: number, height: number, width: number, channels: 3];
  readonly values: readonly number[];
}

/** The maps and scores of images, with a detector that the caller has. */
export async function predictAll(
  detector: Pick<AnomalyDetector, 'predict'>,
  { shape, values }: Pictures,
): Promise<{ maps: number[]; scores: number[] }> {
  const { maps, scores } = await detector.predict({ data: Uint8Array.from(values), shape });
  return { maps: [...maps], scores: [...scores] };
}

/** The losses of every epoch of a short training of a new detector. */
export async function lossesOf(
  config: unknown,
  options: TwoStageOptions,
  data: Dataset,
): Promise<number[][]> {
  const detector = new TwoStage(config, options);
  const { stages } = await detector.fit(data, { seed: 1 });
  detector.dispose();
  return stages.flatMap(({ epochs }) => epochs.map(({ losses }) => Object.values(losses)));
}
