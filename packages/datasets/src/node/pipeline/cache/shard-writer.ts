import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeIndex, type ShardIndex } from './index-file';

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
    const path = indexPath(this.folder, this.id);
    const part = join(this.folder, `${this.id}.part`);
    await writeFile(part, encodeIndex({ slotBytes: this.slotBytes, ...index }));
    await rename(part, path);
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.close().catch(() => {});
    await rm(packPath(this.folder, this.id), { force: true });
    await rm(join(this.folder, `${this.id}.part`), { force: true });
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
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
