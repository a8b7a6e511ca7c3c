import type { Repair } from './evaluation';

/** Sums maps inside and outside masks. */
export class RepairMeter {
  private readonly inside = { sum: 0, pixels: 0 };
  private readonly outside = { sum: 0, pixels: 0 };
  private readonly good = { sum: 0, pixels: 0 };

  /** @param mask of one image: 0 good, 1 anomalous, as many pixels as the map. */
  add(map: Float32Array, mask: Uint8Array): void {
    const outside = mask.includes(1) ? this.outside : this.good;
    for (const [index, value] of map.entries()) {
      const side = mask[index] === 1 ? this.inside : outside;
      side.sum += value;
      side.pixels += 1;
    }
  }

  /** Undefined where no image had a defect, or its mask was all of it. */
  result(): Repair | undefined {
    const { inside, outside, good } = this;
    if (inside.pixels === 0 || outside.pixels === 0) return undefined;
    const sum = inside.sum + outside.sum;
    return {
      inside: inside.sum / inside.pixels,
      outside: outside.sum / outside.pixels,
      good: good.pixels === 0 ? null : good.sum / good.pixels,
      share: sum === 0 ? 0 : inside.sum / sum,
      area: inside.pixels / (inside.pixels + outside.pixels),
    };
  }
}
