import { merge, NO_PLACES, type Places, tally, weightedTally } from './places';
import { PLACES } from './score-key';

/** From here on a list is looked through for scores that repeat. */
const LONG_LIST = 4096;

/** A list no longer than this is shorter than the table that would replace it. */
const LONGEST_LIST = { good: PLACES / 2, anomalous: PLACES };

/**
 * Counts pixels of one class by score on one page, as sparsely as they come: at first a list of places; where scores
 * repeat, a tally of the distinct ones and a short list of what came since; where they are dense, a byte for each place
 * and, once a count passes 255, another 32 bits. For anomalous pixels it keeps what they weigh, too.
 */
export class ScorePage {
  /** Pixels on this page. */
  total = 0;
  private list = new Uint16Array(16);
  private areas: Uint32Array | null;
  private used = 0;
  private tallied = NO_PLACES;
  private bytes: Uint8Array | null = null;
  private carried: Uint32Array | null = null;
  private weights: Float64Array | null = null;
  private readonly longest: number;

  constructor(pixels: 'good' | 'anomalous') {
    this.areas = pixels === 'good' ? null : new Uint32Array(16);
    this.longest = LONGEST_LIST[pixels];
  }

  /** @param area of the pixel's region, in pixels; 0 for a good pixel */
  add(place: number, area: number): void {
    this.total++;
    if (this.bytes !== null) {
      this.weigh(this.bytes, place, 1, 1 / area);
      return;
    }
    if (this.areas !== null) this.areas[this.used] = area;
    this.list[this.used++] = place;
    if (this.used === this.list.length) this.makeRoom();
  }

  /** Counts what another page of the same class has counted, as sparsely as it lies there. */
  addPage({ total, list, areas, used, tallied, bytes, carried, weights }: ScorePage): void {
    if (bytes === null) {
      this.addPlaces(tallied);
      this.total += total - used;
      for (let i = 0; i < used; i++) this.add(list[i] ?? 0, areas?.[i] ?? 0);
      return;
    }
    const own = this.bytes ?? this.spread();
    for (let place = 0; place < PLACES; place++) {
      const count = (bytes[place] ?? 0) + 256 * (carried?.[place] ?? 0);
      if (count > 0) this.weigh(own, place, count, weights?.[place] ?? 0);
    }
    this.total += total;
  }

  /** Memory in bytes. */
  get byteLength(): number {
    const { places, counts, weights } = this.tallied;
    const arrays = [this.list, this.areas, places, counts, weights, this.bytes, this.carried, this.weights];
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** All of it, place by place. */
  sorted(): Places {
    return this.bytes === null ? merge(this.tallied, this.listed()) : this.occupied(this.bytes);
  }

  private listed(): Places {
    const places = this.list.subarray(0, this.used);
    return this.areas === null ? tally(places) : weightedTally(places, this.areas);
  }

  private addPlaces(added: Places): void {
    if (this.bytes === null) {
      this.tallied = merge(this.tallied, added);
      if (this.tallied.places.length > LONG_LIST) this.spread();
      return;
    }
    const { places, counts, weights } = added;
    for (let i = 0; i < places.length; i++) {
      this.weigh(this.bytes, places[i] ?? 0, counts[i] ?? 0, weights[i] ?? 0);
    }
  }

  private makeRoom(): void {
    const { list } = this;
    if (list.length >= LONG_LIST && (this.tallied !== NO_PLACES || repeats(list))) {
      this.tallied = merge(this.tallied, this.listed());
      this.resize(LONG_LIST, 0);
      if (this.tallied.places.length > LONG_LIST) this.spread();
    } else if (list.length < this.longest) this.resize(list.length * 2, list.length);
    else this.spread();
  }

  private resize(length: number, kept: number): void {
    const { list, areas } = this;
    this.list = new Uint16Array(length);
    this.list.set(list.subarray(0, kept));
    if (areas !== null) {
      this.areas = new Uint32Array(length);
      this.areas.set(areas.subarray(0, kept));
    }
    this.used = kept;
  }

  /** From tally and list to a table, which is returned. */
  private spread(): Uint8Array {
    const { tallied } = this;
    const bytes = new Uint8Array(PLACES);
    this.weights = this.areas === null ? null : new Float64Array(PLACES);
    this.bytes = bytes;
    this.addPlaces(tallied);
    for (let i = 0; i < this.used; i++) {
      this.weigh(bytes, this.list[i] ?? 0, 1, 1 / (this.areas?.[i] ?? 1));
    }
    this.tallied = NO_PLACES;
    this.resize(0, 0);
    return bytes;
  }

  /** @param weight ignored for good pixels */
  private weigh(bytes: Uint8Array, place: number, pixels: number, weight: number): void {
    this.count(bytes, place, pixels);
    if (this.weights !== null) this.weights[place] = (this.weights[place] ?? 0) + weight;
  }

  private count(bytes: Uint8Array, place: number, pixels: number): void {
    const count = (bytes[place] ?? 0) + pixels;
    bytes[place] = count;
    if (count < 256) return;
    this.carried ??= new Uint32Array(PLACES);
    this.carried[place] = (this.carried[place] ?? 0) + Math.floor(count / 256);
  }

  private occupied(bytes: Uint8Array): Places {
    const places = new Uint16Array(PLACES);
    const counts = new Float64Array(PLACES);
    const weights = new Float64Array(this.weights === null ? 0 : PLACES);
    let used = 0;
    for (let place = 0; place < PLACES; place++) {
      const count = (bytes[place] ?? 0) + 256 * (this.carried?.[place] ?? 0);
      if (count === 0) continue;
      places[used] = place;
      counts[used] = count;
      if (this.weights !== null) weights[used] = this.weights[place] ?? 0;
      used++;
    }
    return {
      places: places.subarray(0, used),
      counts: counts.subarray(0, used),
      weights: weights.subarray(0, used),
    };
  }
}

/** Whether a list has at least eight times as many places as distinct ones. */
function repeats(list: Uint16Array): boolean {
  const seen = new Uint8Array(PLACES);
  let distinct = 0;
  for (const place of list) {
    if (seen[place] === 0) distinct++;
    seen[place] = 1;
  }
  return distinct * 8 <= list.length;
}
