import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Size } from '@utad/core';
import { writeFileAtomic } from '@utad/files/node';
import type { FileState } from '../../decoding/with-image';

/** A shard's slots are numbered through with those of all others, in the order in which they became known. */
export interface Shard {
  readonly id: string;
  readonly first: number;
}

/** The shard that holds a slot: the last one that begins at or before it. */
export function shardOf(shards: readonly Shard[], number: number): Shard | undefined {
  let [low, high] = [0, shards.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shards[middle]?.first ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return shards[low - 1];
}

/**
 * Writes one shard: a file of slots of one size, the ends of some of them left empty, and then, all at once, the index without which nobody looks at it. A
 * shard is written by one process, so that several may fill a cache at the same time.
 */
export class ShardWriter {
  readonly id = randomBytes(8).toString('hex');
  private file: FileHandle | undefined;
  private slots = 0;

  constructor(
    private readonly folder: string,
    private readonly slotBytes: number,
  ) {}

  /** Bytes written so far. */
  get bytes(): number {
    return this.slots * this.slotBytes;
  }

  async append(slot: Uint8Array): Promise<void> {
    this.file ??= await open(packPath(this.folder, this.id), 'wx');
    await writeFully(this.file, slot, this.bytes);
    this.slots += 1;
  }

  /** Closes the file and lets it be found. */
  async commit(index: Omit<ShardIndex, 'slotBytes'>): Promise<void> {
    await this.file?.truncate(this.bytes);
    await this.close();
    await writeFileAtomic(
      indexPath(this.folder, this.id),
      encodeIndex({ slotBytes: this.slotBytes, ...index }),
    );
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.close().catch(() => {});
    await rm(packPath(this.folder, this.id), { force: true });
  }

  private async close(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close();
  }
}

export const packPath = (folder: string, id: string): string => join(folder, `${id}.pack`);
export const indexPath = (folder: string, id: string): string => join(folder, `${id}.index`);

/** A file system may take less than it was given, above all when it is nearly full. */
async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Where a decoded image lies, and what its bytes must add up to. */
export interface SlotReference {
  readonly number: number;
  /** CRC-32. */
  readonly checksum: number;
}

/** Reads decoded images back. Holds files open until it is closed. */
export class CacheReader {
  private readonly files = new Map<string, Promise<FileHandle | undefined>>();

  constructor(
    private readonly folder: string,
    private readonly slotBytes: number,
    private readonly shards: readonly Shard[],
  ) {}

  /** Another one of the same, with files of its own. */
  again(): CacheReader {
    return new CacheReader(this.folder, this.slotBytes, this.shards);
  }

  /** The first bytes of a slot, as many as were written; undefined when they are gone, or not what was written. */
  async read({ number, checksum }: SlotReference, length: number): Promise<Uint8Array | undefined> {
    const shard = shardOf(this.shards, number);
    const file = shard && (await this.fileOf(shard));
    if (shard === undefined || file === undefined) return undefined;
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    const position = (number - shard.first) * this.slotBytes;
    const read = await file.read(bytes, 0, length, position).catch(() => undefined);
    return read?.bytesRead === length && crc32(bytes) === checksum ? bytes : undefined;
  }

  /** Writes the right bytes where wrong ones were found. It is no matter if it fails: they are found wrong again. */
  async repair({ number, checksum }: SlotReference, bytes: Uint8Array): Promise<void> {
    const shard = shardOf(this.shards, number);
    if (shard === undefined || crc32(bytes) !== checksum) return;
    const file = await open(packPath(this.folder, shard.id), 'r+').catch(() => undefined);
    try {
      if (file) await writeFully(file, bytes, (number - shard.first) * this.slotBytes).catch(() => {});
    } finally {
      await file?.close();
    }
  }

  async close(): Promise<void> {
    const files = await Promise.all(this.files.values());
    this.files.clear();
    for (const file of files) await file?.close();
  }

  private fileOf({ id }: Shard): Promise<FileHandle | undefined> {
    const opened = this.files.get(id) ?? open(packPath(this.folder, id), 'r').catch(() => undefined);
    this.files.set(id, opened);
    return opened;
  }
}

/** What is known of a decoded image without reading it. */
export interface SlotFacts {
  /** SHA-256 of the file that it was decoded from. */
  readonly digest: Uint8Array;
  /** CRC-32 of its bytes. */
  readonly checksum: number;
  /** Height and width in the file, turned. */
  readonly fileSize: Size;
  /** Bits of `CHANGE`. */
  readonly changes: number;
}

export const DIGEST_BYTES = 32;
/** Digest, checksum, height, width, changes. */
export const SLOT_RECORD = 48;
/** Of a state of a file: half of its SHA-256, which no accident brings about twice. */
export const STATE_KEY_BYTES = 16;
/** The state's key, and the digest of the content that the file has in it. */
export const STATE_RECORD = STATE_KEY_BYTES + DIGEST_BYTES;

export function encodeSlot({ digest, checksum, fileSize, changes }: SlotFacts): Buffer {
  const record = Buffer.alloc(SLOT_RECORD);
  record.set(digest);
  record.writeUInt32LE(checksum, 32);
  record.writeUInt32LE(fileSize[0], 36);
  record.writeUInt32LE(fileSize[1], 40);
  record.writeUInt32LE(changes, 44);
  return record;
}

export function decodeSlot(record: Buffer): SlotFacts {
  return {
    digest: record.subarray(0, DIGEST_BYTES),
    checksum: record.readUInt32LE(32),
    fileSize: [record.readUInt32LE(36), record.readUInt32LE(40)],
    changes: record.readUInt32LE(44),
  };
}

/** A state of a file in words, to be hashed to its key. */
export function describeState(path: string, { bytes, modified, changed }: FileState): string {
  return [path, bytes, modified, changed].join('\0');
}

/** What lies beside a file of slots and says what they are. */
interface ShardIndex {
  readonly slotBytes: number;
  /** {@link SLOT_RECORD} bytes each. */
  readonly slots: Uint8Array;
  /** {@link STATE_RECORD} bytes each. */
  readonly states: Uint8Array;
}

const MAGIC = Buffer.from('utad-dec');
const HEADER = 32;

function encodeIndex({ slotBytes, slots, states }: ShardIndex): Buffer {
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  header.writeUInt32LE(slotBytes, 8);
  header.writeUInt32LE(slots.length / SLOT_RECORD, 12);
  header.writeUInt32LE(states.length / STATE_RECORD, 16);
  header.writeUInt32LE(crc32(states, crc32(slots)), 20);
  return Buffer.concat([header, slots, states]);
}

/** Undefined when the bytes are not what was written. */
export function decodeIndex(file: Buffer, slotBytes: number): ShardIndex | undefined {
  if (file.length < HEADER || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const slotsEnd = HEADER + file.readUInt32LE(12) * SLOT_RECORD;
  const end = slotsEnd + file.readUInt32LE(16) * STATE_RECORD;
  if (file.readUInt32LE(8) !== slotBytes || end !== file.length) return undefined;
  const [slots, states] = [file.subarray(HEADER, slotsEnd), file.subarray(slotsEnd)];
  return crc32(states, crc32(slots)) === file.readUInt32LE(20) ? { slotBytes, slots, states } : undefined;
}
