import type { Size } from '@utad/core';
import type { Place } from './cache/cache-reader';
import { DIGEST_BYTES } from './cache/index-file';

/** What is known of a file of an open dataset. */
export interface KnownPart {
  /** CRC-32 of its pixels. */
  readonly checksum: number;
  /** Height and width in the file, turned. */
  readonly fileSize: Size;
  /** Bits of `CHANGE`. */
  readonly changes: number;
}

const NOWHERE = -1;

/** What is kept of each file of an open dataset, in 65 bytes. */
export class PartTable {
  private digests = Buffer.alloc(0);
  /** Of four numbers each: the place in the cache, the checksum, height and width. */
  private numbers = new Float64Array(0);
  private changes = new Uint8Array(0);
  private used = 0;

  /** Adds a file, and gives its number. */
  add(digest: Uint8Array, known: KnownPart, place: number | undefined): number {
    if (this.used === this.changes.length) this.grow(Math.max(64, 2 * this.used));
    this.digests.set(digest, this.used * DIGEST_BYTES);
    this.numbers.set([place ?? NOWHERE, known.checksum, ...known.fileSize], this.used * 4);
    this.changes[this.used] = known.changes;
    return this.used++;
  }

  digestOf(part: number): Buffer {
    return this.digests.subarray(part * DIGEST_BYTES, (part + 1) * DIGEST_BYTES);
  }

  knownOf(part: number): KnownPart {
    const [, checksum = 0, height = 0, width = 0] = this.numbers.subarray(part * 4, part * 4 + 4);
    return { checksum, fileSize: [height, width], changes: this.changes[part] ?? 0 };
  }

  placeOf(part: number): Place | undefined {
    const [number = NOWHERE, checksum = 0] = this.numbers.subarray(part * 4, part * 4 + 2);
    return number === NOWHERE ? undefined : { number, checksum };
  }

  private grow(to: number): void {
    const [digests, numbers, changes] = [this.digests, this.numbers, this.changes];
    this.digests = Buffer.alloc(to * DIGEST_BYTES);
    this.digests.set(digests);
    this.numbers = new Float64Array(to * 4);
    this.numbers.set(numbers);
    this.changes = new Uint8Array(to);
    this.changes.set(changes);
  }
}
