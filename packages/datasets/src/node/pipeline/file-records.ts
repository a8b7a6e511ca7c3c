import type { ImageRecord } from '@utad/core';
import { decodeManyAtOnce } from '../decoding/many-at-once';
import { ahead } from './ahead';
import type { CacheReader } from './cache/cache-reader';
import { type Decoders, type EntryFile, type RolePixels, withChannels } from './entry-files';
import type { ImageEntry } from './image-entry';
import type { KeptRecords } from './kept-records';
import { decodeAgain } from './part-source';
import type { PartTable } from './part-table';

/** What reading records needs, all of which opening has found out. */
export interface RecordSource {
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
