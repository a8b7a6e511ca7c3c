import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { packPath, writeFully } from './shard-writer';
import { type Shard, shardOf } from './shards';

/** Where a decoded image lies, and what its bytes must add up to. */
export interface Place {
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
  async read({ number, checksum }: Place, length: number): Promise<Uint8Array | undefined> {
    const shard = shardOf(this.shards, number);
    const file = shard && (await this.fileOf(shard));
    if (shard === undefined || file === undefined) return undefined;
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    const position = (number - shard.first) * this.slotBytes;
    const read = await file.read(bytes, 0, length, position).catch(() => undefined);
    return read?.bytesRead === length && crc32(bytes) === checksum ? bytes : undefined;
  }

  /** Writes the right bytes where wrong ones were found. It is no matter if it fails: they are found wrong again. */
  async repair({ number, checksum }: Place, bytes: Uint8Array): Promise<void> {
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
