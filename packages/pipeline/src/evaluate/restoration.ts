import type { ImageRecord } from '@utad/core';
import { resizeNearest } from '@utad/core';
import type { RestorationMeasure } from './evaluation';
import { rgbIndex } from './mean-image';

/** Sums what {@link RestorationMeasure} reports, over the images that have a mask and a clean twin. */
export class RestorationMeter {
  private readonly insideInput = new Mean();
  private readonly inside: Record<string, Mean> = {};
  private readonly outside: Record<string, Mean> = {};

  /** @param pictures Of this image, of its size: `H * W * 3` bytes each. */
  add(record: ImageRecord, pictures: Readonly<Record<string, Uint8Array>>): void {
    const { image, mask, cleanTwin, size, maskSize = size, channels } = record;
    if (mask === undefined || cleanTwin === undefined) return;
    const defect = resizeNearest(mask, maskSize, size);
    for (let index = 0; index < size[0] * size[1] * 3; index++) {
      const at = rgbIndex(index, channels);
      const x = (image[at] ?? 0) / 255;
      const clean = (cleanTwin[at] ?? 0) / 255;
      const isDefect = defect[Math.floor(index / 3)] === 1;
      if (isDefect) this.insideInput.add(Math.abs(x - clean));
      for (const [name, values] of Object.entries(pictures)) {
        const value = (values[index] ?? 0) / 255;
        if (isDefect) meanFor(this.inside, name).add(Math.abs(value - clean));
        else meanFor(this.outside, name).add(Math.abs(value - x));
      }
    }
  }

  /** Undefined when no image had both a mask and a clean twin. */
  result(): RestorationMeasure | undefined {
    if (this.insideInput.count === 0) return undefined;
    const values = (means: Record<string, Mean>) =>
      Object.fromEntries(Object.entries(means).map(([name, mean]) => [name, mean.value]));
    return {
      insideInput: this.insideInput.value,
      inside: values(this.inside),
      outside: values(this.outside),
    };
  }
}

class Mean {
  private sum = 0;
  count = 0;

  add(value: number): void {
    this.sum += value;
    this.count += 1;
  }

  get value(): number {
    return this.sum / this.count;
  }
}

function meanFor(means: Record<string, Mean>, name: string): Mean {
  const mean = means[name] ?? new Mean();
  means[name] = mean;
  return mean;
}
