import type { Size } from '@utad/core';
import { PixelAccumulator, quantile, rocAuc } from '@utad/eval';
import { METRIC_SIZE } from '../metric-size';
import type { DefectTypeResult, EvaluatedImage } from './evaluation';
import { type Definitions, intervalOf } from './image-metrics';

interface DefectTypeOptions {
  /** Of images: at or above it an image is called anomalous. */
  readonly threshold: number;
  readonly overlap: OverlapByDefectType;
  readonly pixels: PixelsByDefectType;
  readonly definitions: Definitions;
}

/** Each kind of image by itself, types of defect against all good images. */
export function defectTypeResults(
  items: readonly EvaluatedImage[],
  { threshold, overlap, pixels, definitions }: DefectTypeOptions,
): DefectTypeResult[] {
  const good = items.filter(({ label }) => label === 0).map(({ score }) => score);
  return grouped(items).map(([{ defectType, label }, group]) => {
    const scores = group.map(({ score }) => score);
    const labels = [...good.map(() => 0), ...scores.map(() => 1)];
    const all = [...good, ...scores];
    const comparable = label === 1 && good.length > 0;
    return {
      defectType,
      label,
      images: group.length,
      called: scores.filter((score) => score >= threshold).length,
      auroc: comparable ? rocAuc(labels, all) : null,
      interval: comparable
        ? definitions.measure(`the interval of the image AUROC of ${defectType}`, 'images', () =>
            intervalOf(labels, all, rocAuc),
          )
        : null,
      iou: label === 1 ? overlap.iou(defectType) : null,
      ...(label === 1 ? pixelAreas(defectType, pixels, definitions) : { pixelAuroc: null, aupro: null }),
      median: quantile(scores, 0.5),
    };
  });
}

/** Of the pixels of one type of defect and of all good images. */
function pixelAreas(
  defectType: string,
  pixels: PixelsByDefectType,
  definitions: Definitions,
): Pick<DefectTypeResult, 'pixelAuroc' | 'aupro'> {
  const name = `pixel AUROC and AUPRO of ${defectType}`;
  const without = { pixelAuroc: null, aupro: null };
  const counted = pixels.against(defectType);
  // A note on the whole test set says so already.
  if (counted === 'no-masks') return without;
  if (counted === 'memory') {
    definitions.undefinedFor(name, 'to count the pixels of each type apart would take more than 256 MiB');
    return without;
  }
  if (counted.pixels.anomalous === 0 || counted.pixels.good === 0) {
    definitions.undefinedFor(name, 'its masks and good images have not both good and anomalous pixels');
    return without;
  }
  return { pixelAuroc: counted.rocAuc(), aupro: counted.aupro() };
}

/** Good ones first, then by name. A kind that has both good and anomalous images is two groups. */
function grouped(
  items: readonly EvaluatedImage[],
): (readonly [of: Pick<EvaluatedImage, 'defectType' | 'label'>, group: readonly EvaluatedImage[]])[] {
  const groups = new Map<string, EvaluatedImage[]>();
  for (const item of items) {
    const key = `${item.label}/${item.defectType}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(item);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, group]) => {
    const [first] = group;
    return first === undefined ? [] : [[first, group] as const];
  });
}

/** Counts pixels at a threshold, kind by kind, so that no map has to be kept. */
export class OverlapByDefectType {
  private readonly counts = new Map<string, { both: number; either: number; anomalous: number }>();
  private readonly unknown = new Set<string>();

  constructor(
    /** A pixel is marked when its value reaches it. */
    private readonly threshold: number,
  ) {}

  /** @param mask of one image, as many pixels as the map; undefined where it is not known. */
  add(defectType: string, map: Float32Array, mask: Uint8Array | undefined): void {
    if (mask === undefined) {
      this.unknown.add(defectType);
      return;
    }
    const counts = this.counts.get(defectType) ?? { both: 0, either: 0, anomalous: 0 };
    this.counts.set(defectType, counts);
    for (const [index, value] of map.entries()) {
      const anomalous = mask[index] === 1;
      const marked = value >= this.threshold;
      if (anomalous) counts.anomalous += 1;
      if (anomalous && marked) counts.both += 1;
      if (anomalous || marked) counts.either += 1;
    }
  }

  /** Pooled over the images of a kind; null where one had no mask, or none had a defect. */
  iou(defectType: string): number | null {
    const counts = this.counts.get(defectType);
    if (counts === undefined || counts.anomalous === 0 || this.unknown.has(defectType)) return null;
    return counts.both / counts.either;
  }
}

/** A quarter of a gigabyte. Counts of dense scores take 8 MB for each factor of two that they span, in each type of defect. */
const MOST_BYTES = 2 ** 28;

/** How often the memory is looked at, in images. */
const BETWEEN_LOOKS = 16;

/** Why the pixels of a kind cannot be measured by themselves. */
export type PixelsGap = 'no-masks' | 'memory';

/**
 * Counts pixels against ground truth, good images and each type of defect apart, so that a type can be measured against all
 * good images and the whole test set as well, of which no map is kept.
 */
export class PixelsByDefectType {
  private readonly good = new PixelAccumulator();
  private kinds: Map<string, PixelAccumulator> | undefined = new Map();
  /** All that is not good, once the kinds took too much memory to be kept apart. */
  private readonly together = new PixelAccumulator();
  private readonly unknown = new Set<string>();
  private goodUnknown = false;
  private images = 0;

  /**
   * @param most bytes that the counts of all types of defect may take.
   * @param size of maps and masks.
   */
  constructor(
    private readonly most: number = MOST_BYTES,
    private readonly size: Size = METRIC_SIZE,
  ) {}

  /**
   * @param map of one image
   * @param mask as many pixels; undefined where it is not known
   * @throws MetricError when a value is not finite, or the mask holds other than 0 and 1.
   */
  add(
    { defectType, label }: { readonly defectType: string; readonly label: 0 | 1 },
    map: Float32Array,
    mask: Uint8Array | undefined,
  ): void {
    // Nothing can be measured then, so that nothing need be kept.
    if (this.goodUnknown) return;
    if (mask === undefined) {
      if (label === 0) this.goodUnknown = true;
      else this.unknown.add(defectType);
      return;
    }
    (label === 0 ? this.good : this.of(defectType)).add(map, mask, this.size);
    this.images += 1;
    if (this.images % BETWEEN_LOOKS === 0) this.look();
  }

  /** Pixels of a type of defect and of all good images, or why there are none. */
  against(defectType: string): PixelAccumulator | PixelsGap {
    if (this.goodUnknown || this.unknown.has(defectType)) return 'no-masks';
    if (this.kinds === undefined) return 'memory';
    const own = this.kinds.get(defectType);
    if (own === undefined) return 'no-masks';
    const both = new PixelAccumulator();
    both.merge(this.good);
    both.merge(own);
    return both;
  }

  /** All pixels; undefined where an image had no mask. */
  all(): PixelAccumulator | undefined {
    if (this.goodUnknown || this.unknown.size > 0) return undefined;
    const all = new PixelAccumulator();
    for (const part of [this.good, this.together, ...(this.kinds?.values() ?? [])]) all.merge(part);
    return all;
  }

  private of(defectType: string): PixelAccumulator {
    if (this.kinds === undefined) return this.together;
    const known = this.kinds.get(defectType);
    if (known !== undefined) return known;
    const own = new PixelAccumulator();
    this.kinds.set(defectType, own);
    return own;
  }

  private look(): void {
    if (this.kinds === undefined) return;
    let bytes = 0;
    for (const { byteLength } of this.kinds.values()) bytes += byteLength;
    if (bytes <= this.most) return;
    for (const own of this.kinds.values()) this.together.merge(own);
    this.kinds = undefined;
  }
}
