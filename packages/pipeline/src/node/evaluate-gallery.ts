import { type Dataset, resizeNearest, type Size, sliceOf } from '@utad/core';
import type { AnomalyDetector, BundleManifest } from '@utad/detector';
import type { Gallery, GalleryMap } from '@utad/report';
import { GalleryBuilder } from '@utad/report/node';
import type { EvaluatedBatch, EvaluationObserver } from '../evaluate/evaluate-detector';
import { partLimits } from '../evaluate/part-limits';
import type { Watch } from '../events';
import { partGroup, type Words } from '../words';
import { mapAt } from './pictures';

/** What a gallery has to know of an evaluation. */
export interface GalleryContext {
  readonly manifest: Pick<BundleManifest, 'inputSize' | 'thresholds'>;
  readonly detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>;
  readonly test: Dataset;
  readonly words: Words;
}

/** How a gallery is made, followed and stopped. */
export interface GalleryOptions extends Watch {
  /** How many images are shown at most; the rest is chosen as {@link GalleryBuilder} says. */
  readonly most?: number | undefined;
}

/** Collects the images of an evaluation for its report, with everything that explains their scores. */
export class GalleryObserver implements EvaluationObserver {
  readonly wants = { parts: 'all', pictures: 'all' } as const;

  private constructor(
    /** What collects the images. */
    readonly builder: GalleryBuilder,
    private readonly words: Words,
    private readonly size: Size,
  ) {}

  /**
   * Looks at some of the images, for the scales of maps.
   *
   * @throws the signal's reason
   */
  static async open(
    { manifest, detector, test, words }: GalleryContext,
    { most, ...watch }: GalleryOptions = {},
  ): Promise<GalleryObserver> {
    const limits = Object.entries(await partLimits(detector, test, watch));
    const builder = new GalleryBuilder({
      pixelThreshold: manifest.thresholds.pixel,
      imageThreshold: manifest.thresholds.image,
      expected: test.count,
      ...(most !== undefined && { most }),
      differences: words.differences.map(({ picture: _, ...group }) => group),
      partLimits: Object.fromEntries(limits.map(([part, limit]) => [words.part(part), limit])),
    });
    return new GalleryObserver(builder, words, manifest.inputSize);
  }

  async see(batch: EvaluatedBatch): Promise<void> {
    const { items, records } = batch;
    const images = this.imagesOf(batch);
    const maps = this.mapsOf(batch);
    for (const [index, { id, defectType, label, score }] of items.entries()) {
      const record = records[index];
      if (record?.id !== id) throw new Error(`gallery: expected the image ${id}, received ${record?.id}`);
      const { mask, maskSize = record.size } = record;
      await this.builder.add({
        ...{ id, defectType, label, score },
        size: this.size,
        images: images.map(({ data, ...names }) => ({
          ...names,
          pixels: sliceOf(data, index, items.length),
        })),
        maps: maps.map(({ values, size, ...names }) => ({
          ...names,
          values: mapAt(sliceOf(values, index, items.length), size, this.size),
        })),
        ...(mask && { mask: resizeNearest(mask, maskSize, this.size) }),
      });
    }
  }

  /** The gallery of the images seen so far. */
  build(): Gallery {
    return this.builder.build();
  }

  /** The input, then what explains it. */
  private imagesOf({ images, prediction: { pictures } }: EvaluatedBatch) {
    return [
      { ...this.words.picture('input'), data: images.data },
      ...this.words.inOrder(pictures).map(([key, { data }]) => ({ ...this.words.picture(key), data })),
    ];
  }

  /** The map, what a repair changed, and the parts of the map. */
  private mapsOf({ prediction }: EvaluatedBatch) {
    type Maps = GalleryMap & { readonly size: Size };
    const { maps, mapSize, parts, differences } = prediction;
    const { words } = this;
    const all: Maps[] = [{ name: 'anomaly map', group: 'total', values: maps, size: mapSize }];
    for (const { key, picture, name } of words.differences) {
      const difference = differences[picture];
      if (difference) all.push({ name, group: key, values: difference.values, size: this.size });
    }
    for (const [part, values] of Object.entries(parts)) {
      all.push({ name: words.part(part), group: partGroup(part) ?? 'part', values, size: mapSize });
    }
    return all;
  }
}
