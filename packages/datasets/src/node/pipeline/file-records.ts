import type { ImageRecord } from '@utad/core';
import { decodeManyAtOnce } from '../decoding/many-at-once';
import { ahead } from './ahead';
import { type CacheReader, DIGEST_BYTES, type SlotReference } from './cache/shards';
import type { ImageEntry } from './image-entry';
import {
  type Decoders,
  decodeAgain,
  type EntryFile,
  type KnownPart,
  type RolePixels,
  withChannels,
} from './part-source';

/** What reading records needs, all of which opening has found out. */
interface RecordSource {
  readonly entries: readonly ImageEntry[];
  /** Of each entry, the number in the table of its first file; those of its other files follow. */
  readonly firstParts: readonly number[];
  readonly parts: PartTable;
  readonly decoders: Decoders;
  readonly workers: number;
  /** By the names of settings. */
  readonly readers: ReadonlyMap<string, CacheReader>;
  readonly kept: KeptRecords;
  /** Of every record: 1 where all images are grey, else 3. */
  readonly channels: 1 | 3;
}

/**
 * Reads records in the order asked, several ahead of the reader: from memory, else the cache, else the files.
 *
 * @throws RangeError for an index that is none.
 * @throws DatasetError `changed` when a file is not what it was.
 * @throws ImageError
 */
export async function* fileRecords(
  source: RecordSource,
  order: readonly number[],
): AsyncGenerator<ImageRecord> {
  for (const index of order) entryAt(source, index);
  const readers = new Map([...source.readers].map(([name, reader]) => [name, reader.again()]));
  const decoded = decodeManyAtOnce();
  try {
    const read = (index: number) => readRecord(source, readers, index);
    for await (const [, record] of ahead(order, source.workers, read)) yield record;
  } finally {
    decoded();
    for (const reader of readers.values()) await reader.close();
  }
}

type Readers = ReadonlyMap<string, CacheReader>;

async function readRecord(source: RecordSource, readers: Readers, index: number): Promise<ImageRecord> {
  const { firstParts, decoders, kept, channels } = source;
  const before = kept.get(index);
  if (before !== undefined) return withChannels(before, channels);
  const entry = entryAt(source, index);
  let part = firstParts[index] ?? 0;
  const pixels: { -readonly [Role in keyof RolePixels]?: RolePixels[Role] } = {};
  for (const file of decoders.filesOf(entry))
    pixels[file.role] = await readPart(source, readers, part++, file);
  const { image } = pixels;
  if (image === undefined) throw new Error(`records: expected an image for ${entry.id}, found none`);
  const record = decoders.recordOf(entry, { ...pixels, image });
  kept.keep(index, record);
  return withChannels(record, channels);
}

async function readPart(
  { parts, decoders }: RecordSource,
  readers: Readers,
  part: number,
  { path, decoder }: EntryFile,
): Promise<Uint8Array> {
  const place = parts.placeOf(part);
  const known = parts.knownOf(part);
  const reader = readers.get(decoder.setting.name);
  const cached = place && (await reader?.read(place, decoder.bytesWith(known.changes)));
  if (cached) return cached;
  const pixels = await decodeAgain(path, decoder, known, decoders.limits);
  if (place) await reader?.repair(place, pixels);
  return pixels;
}

function entryAt({ entries }: RecordSource, index: number): ImageEntry {
  const entry = entries[index];
  if (entry !== undefined) return entry;
  throw new RangeError(`records: expected an index below ${entries.length}, received ${index}`);
}

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

const NOWHERE = -1;

/** What is kept of each file of an open dataset, in 68 bytes. */
export class PartTable {
  private digests = Buffer.alloc(0);
  /** Of four numbers each: the place in the cache, the checksum, height and width. */
  private numbers = new Float64Array(0);
  private changes = new Uint32Array(0);
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

  placeOf(part: number): SlotReference | undefined {
    const [number = NOWHERE, checksum = 0] = this.numbers.subarray(part * 4, part * 4 + 2);
    return number === NOWHERE ? undefined : { number, checksum };
  }

  private grow(to: number): void {
    const [digests, numbers, changes] = [this.digests, this.numbers, this.changes];
    this.digests = Buffer.alloc(to * DIGEST_BYTES);
    this.digests.set(digests);
    this.numbers = new Float64Array(to * 4);
    this.numbers.set(numbers);
    this.changes = new Uint32Array(to);
    this.changes.set(changes);
  }
}
