/**
 * Records of one width in one buffer, found by the digest that each begins with: 53 bytes for each of a million records
 * of 48, where objects in a `Map` would take several hundred.
 */
export class RecordTable {
  private bytes: Buffer;
  /** Open addressing: the number of a record, or -1. The digests are spread evenly by themselves. */
  private places: Int32Array;
  private used = 0;

  constructor(
    private readonly width: number,
    private readonly keyBytes: number,
  ) {
    this.bytes = Buffer.alloc(width * 64);
    this.places = new Int32Array(128).fill(-1);
  }

  get count(): number {
    return this.used;
  }

  /** The number of the first record with this digest. */
  find(key: Uint8Array): number | undefined {
    const number = this.places[this.placeOf(key)] ?? -1;
    return number < 0 ? undefined : number;
  }

  /** The record of this number; a view, to be read at once. */
  record(number: number): Buffer {
    return this.bytes.subarray(number * this.width, (number + 1) * this.width);
  }

  /** Some records one after the other; a view. */
  range(first: number, count: number): Buffer {
    return this.bytes.subarray(first * this.width, (first + count) * this.width);
  }

  /** Adds whole records, and gives the number of the first. Of two with one digest the earlier one is found. */
  append(records: Uint8Array): number {
    const first = this.used;
    const count = records.length / this.width;
    this.reserve(first + count);
    this.bytes.set(records, first * this.width);
    this.used = first + count;
    for (let number = first; number < this.used; number++) this.enter(number);
    return first;
  }

  private enter(number: number): void {
    const place = this.placeOf(this.record(number).subarray(0, this.keyBytes));
    if ((this.places[place] ?? -1) < 0) this.places[place] = number;
  }

  /** Where the digest stands, or would. */
  private placeOf(key: Uint8Array): number {
    const mask = this.places.length - 1;
    const [a = 0, b = 0, c = 0, d = 0] = key;
    for (let place = (a | (b << 8) | (c << 16) | (d << 24)) & mask; ; place = (place + 1) & mask) {
      const number = this.places[place] ?? -1;
      if (number < 0 || this.record(number).subarray(0, this.keyBytes).equals(key)) return place;
    }
  }

  private reserve(count: number): void {
    const needed = count * this.width;
    if (needed > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.used * this.width);
      this.bytes = larger;
    }
    if (2 * count <= this.places.length) return;
    let places = this.places.length;
    while (2 * count > places) places *= 2;
    this.places = new Int32Array(places).fill(-1);
    for (let number = 0; number < this.used; number++) this.enter(number);
  }
}
