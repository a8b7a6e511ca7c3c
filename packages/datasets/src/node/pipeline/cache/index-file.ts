import { crc32 } from 'node:zlib';
import type { Size } from '@utad/core';
import type { FileState } from '../../decoding/read-image-file';

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
export interface ShardIndex {
  readonly slotBytes: number;
  /** {@link SLOT_RECORD} bytes each. */
  readonly slots: Uint8Array;
  /** {@link STATE_RECORD} bytes each. */
  readonly states: Uint8Array;
}

const MAGIC = Buffer.from('utad-dec');
const HEADER = 32;

export function encodeIndex({ slotBytes, slots, states }: ShardIndex): Buffer {
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
