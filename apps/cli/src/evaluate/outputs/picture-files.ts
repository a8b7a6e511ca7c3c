import { join } from 'node:path';
import { resizeNearest, type Size } from '@utad/core';
import type { EvaluatedImage, Prediction } from '@utad/detector';
import type { Batch } from '@utad/training';
import { writePictures } from '../../predict/pictures';
import type { EvaluationObserver, OpenedEvaluation } from '../observer';
import { OutputNames } from './output-names';

/** Writes a heat map and an overlay of every image, in the folders that {@link OutputNames} names. */
export class PictureFiles implements EvaluationObserver {
  private readonly names: OutputNames;

  constructor(
    private readonly folder: string,
    private readonly opened: OpenedEvaluation,
  ) {
    this.names = new OutputNames(opened.plan.source);
  }

  async see(
    { images, records }: Batch,
    { anomalyMap }: Prediction,
    items: readonly EvaluatedImage[],
  ): Promise<void> {
    const size: Size = [anomalyMap.shape[1], anomalyMap.shape[2]];
    const length = size[0] * size[1];
    const maps = await anomalyMap.data<'float32'>();
    const values = await images.data<'float32'>();
    for (const [index, item] of items.entries()) {
      const path = join(this.folder, ...this.names.of(item));
      const pixels = values.subarray(index * length * 3, (index + 1) * length * 3);
      const { mask, maskSize, size: imageSize } = records[index] ?? {};
      await writePictures(
        { map: `${path}.map.png`, overlay: `${path}.overlay.png` },
        {
          size,
          pixels: Uint8Array.from(pixels, (value) => Math.round(value * 255)),
          map: maps.subarray(index * length, (index + 1) * length),
          ...(mask && imageSize && { mask: resizeNearest(mask, maskSize ?? imageSize, size) }),
        },
        this.opened.manifest.thresholds.pixel,
      );
    }
  }
}
