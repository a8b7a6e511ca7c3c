import { readImages } from '@utad/core';
import { openBundle, predictWhole } from '@utad/detector';
import { rocAuc } from '@utad/eval';
import type { BackboneWeights } from '@utad/features';
import { folderStore } from '@utad/files/node';
import { twoStageKind } from '@utad/two-stage';
import type { JudgeSet } from './judge-sets';

/** Image AUROC with the mean and with the maximum of e as the score. */
export interface SetScore {
  readonly mean: number;
  readonly max: number;
}

/** What a trained detector reaches on a set when these weights measure, whatever weights it was made with. */
export async function scoreSet(set: JudgeSet, bundle: string, vgg19: BackboneWeights): Promise<SetScore> {
  const { detector } = await openBundle(folderStore(bundle), [twoStageKind], {
    assets: async () => vgg19,
    allowOtherAssets: true,
  });
  try {
    const data = await set.open(detector.inputSize);
    const labels: number[] = [];
    const scores: Record<'mean' | 'max', number[]> = { mean: [], max: [] };
    for await (const { images, records } of readImages(data, { batchSize: 16, size: detector.inputSize })) {
      const { reductions } = await predictWhole(detector, images);
      scores.mean.push(...reductions.mean);
      scores.max.push(...reductions.max);
      labels.push(...records.map(({ label }) => label));
    }
    return { mean: rocAuc(labels, scores.mean), max: rocAuc(labels, scores.max) };
  } finally {
    detector.dispose();
  }
}
