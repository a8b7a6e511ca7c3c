import type { ImageRecord } from '@utad/core';

/**
 * Records kept in memory, the first ones that come until a bound is reached. In training every record is read as often
 * as every other one, so that no choice of which to keep would be better.
 */
export class KeptRecords {
  private readonly records = new Map<number, ImageRecord>();
  private bytes = 0;

  constructor(private readonly most: number) {}

  get(index: number): ImageRecord | undefined {
    return this.records.get(index);
  }

  /** Whether the record is kept. */
  keep(index: number, record: ImageRecord): boolean {
    const bytes =
      record.image.length + (record.mask?.length ?? 0) + (record.cleanTwin?.length ?? 0) + OVERHEAD;
    if (this.records.has(index)) return true;
    if (this.bytes + bytes > this.most) return false;
    this.bytes += bytes;
    this.records.set(index, record);
    return true;
  }
}

/** Of the objects around the bytes, roughly. */
const OVERHEAD = 512;
