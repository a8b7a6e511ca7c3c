import { join } from 'node:path';
import type { Size } from '@utad/core';
import type { EvaluatedImage, Prediction } from '@utad/detector';
import { floatTiff } from '@utad/report';
import type { Batch } from '@utad/training';
import { resizeMap } from '../../resize-map';
import { writeFile } from '../../write-file';
import type { EvaluationObserver, OpenedEvaluation } from '../observer';
import { OutputNames } from './output-names';

/**
 * Writes every raw map as MVTec's evaluation code reads them: 32-bit floats of the size of the image file, in
 * `<folder>/<object>/test/<kind>/<stem>.tiff`.
 */
export class MapFiles implements EvaluationObserver {
  private readonly names: OutputNames;

  constructor(
    private readonly folder: string,
    private readonly opened: OpenedEvaluation,
  ) {
    this.names = new OutputNames(opened.plan.source);
  }

  async see(_: Batch, { anomalyMap }: Prediction, items: readonly EvaluatedImage[]): Promise<void> {
    const [, height, width] = anomalyMap.shape;
    for (const [index, item] of items.entries()) {
      const size: Size = this.opened.fileSizeOf(item.id) ?? [height, width];
      const path = `${join(this.folder, ...this.names.of(item))}.tiff`;
      await writeFile(path, floatTiff(await resizeMap(anomalyMap, index, size), size));
    }
  }
}
