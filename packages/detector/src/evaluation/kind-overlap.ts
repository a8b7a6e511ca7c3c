/** Counts pixels at a threshold, kind by kind, so that no map has to be kept. */
export class KindOverlap {
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
