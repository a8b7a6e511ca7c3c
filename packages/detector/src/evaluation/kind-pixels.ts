import { PixelAccumulator } from '@utad/eval';
import { METRIC_SIZE } from '../metric-size';

/** A quarter of a gigabyte. Counts of dense scores take 8 MB for each factor of two that they span, in each type of defect. */
const MOST_BYTES = 2 ** 28;

/** How often the memory is looked at, in images. */
const BETWEEN_LOOKS = 16;

/** Why the pixels of a kind cannot be measured by themselves. */
export type KindPixelsGap = 'no-masks' | 'memory';

/**
 * Counts pixels against ground truth, good images and each type of defect apart, so that a type can be measured against all
 * good images and the whole test set as well, of which no map is kept.
 */
export class KindPixels {
  private readonly good = new PixelAccumulator();
  private kinds: Map<string, PixelAccumulator> | undefined = new Map();
  /** All that is not good, once the kinds took too much memory to be kept apart. */
  private readonly together = new PixelAccumulator();
  private readonly unknown = new Set<string>();
  private goodUnknown = false;
  private images = 0;

  /** @param most bytes that the counts of all types of defect may take. */
  constructor(private readonly most: number = MOST_BYTES) {}

  /**
   * @param map of one image, at {@link METRIC_SIZE}
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
    (label === 0 ? this.good : this.of(defectType)).add(map, mask, METRIC_SIZE);
    this.images += 1;
    if (this.images % BETWEEN_LOOKS === 0) this.look();
  }

  /** Pixels of a type of defect and of all good images, or why there are none. */
  against(defectType: string): PixelAccumulator | KindPixelsGap {
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
