import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolders } from '@utad/files/node';
import type { DecodedPixels } from '../../decoding/decode';
import type { FileState } from '../../decoding/with-image';
import { RecordTable } from './record-table';
import {
  CacheReader,
  DIGEST_BYTES,
  decodeIndex,
  decodeSlot,
  describeState,
  encodeSlot,
  indexPath,
  packPath,
  type Shard,
  ShardWriter,
  SLOT_RECORD,
  type SlotFacts,
  type SlotReference,
  STATE_KEY_BYTES,
  STATE_RECORD,
  shardOf,
} from './shards';

/** Decoded images that share a size, and all else that decides their bytes. */
export interface CacheSetting {
  /** Names the folder: differs where the same file would give other bytes. */
  readonly name: string;
  /** The most that a decoded image has. */
  readonly slotBytes: number;
}

/** Decoded images found in the cache, or put there. */
interface CachedImage extends SlotFacts {
  readonly place: SlotReference;
}

/** One file holds slots up to so many bytes; what is beyond when a process is killed is decoded again. */
const SHARD_BYTES = 2 ** 29;
/** A file changed so lately may change once more without its time telling. */
const SETTLED_NS = 2_000_000_000n;

/**
 * The decoded images of one setting in a cache folder: found by the content of the file that they came from, or by its
 * path, size and times, which saves reading the file.
 *
 * Whatever is wrong with what lies there, a missing, damaged or foreign file, means that an image is not found.
 */
export class DecodedCache {
  private readonly slots = new RecordTable(SLOT_RECORD, DIGEST_BYTES);
  private readonly states = new RecordTable(STATE_RECORD, STATE_KEY_BYTES);
  private readonly shards: Shard[] = [];
  private readonly used = new Set<string>();
  private writer: ShardWriter | undefined;
  private firstNewState = 0;
  private dropped: Shard | undefined;

  private constructor(
    private readonly folder: string,
    private readonly setting: CacheSetting,
    private readonly room: CacheBudget,
  ) {}

  /** Opens the part of a cache folder for one setting; makes it where it is not there. */
  static async open(cacheFolder: string, setting: CacheSetting, room: CacheBudget): Promise<DecodedCache> {
    const folder = join(cacheFolder, setting.name);
    makeFolders(folder);
    const cache = new DecodedCache(folder, setting, room);
    for (const name of (await readdir(folder)).sort()) {
      if (name.endsWith('.index')) await cache.load(name.slice(0, -'.index'.length));
    }
    cache.firstNewState = cache.states.count;
    return cache;
  }

  /** The content that a file in this state had when it was last read. */
  digestOf(path: string, state: FileState): Uint8Array | undefined {
    const number = this.states.find(stateKey(path, state));
    return number === undefined
      ? undefined
      : Buffer.from(this.states.record(number).subarray(STATE_KEY_BYTES));
  }

  /** What is there of this content. */
  find(digest: Uint8Array): CachedImage | undefined {
    const number = this.slots.find(digest);
    if (number === undefined || (this.dropped !== undefined && number >= this.dropped.first))
      return undefined;
    const facts = decodeSlot(Buffer.from(this.slots.record(number)));
    this.use(number);
    return { ...facts, place: { number, checksum: facts.checksum } };
  }

  /** Remembers what a file in this state holds. */
  noteState(path: string, state: FileState, digest: Uint8Array): void {
    if (BigInt(Date.now()) * 1_000_000n - state.changed < SETTLED_NS) return;
    const key = stateKey(path, state);
    if (this.states.find(key) === undefined) this.states.append(Buffer.concat([key, digest]));
  }

  /**
   * Puts a decoded image at the end of the shard that is being written.
   *
   * @returns Undefined where the cache is full.
   * @throws Error of the file system; nothing more can be added then, and what this shard held is gone.
   */
  async add(
    digest: Uint8Array,
    { pixels, fileSize, changes }: DecodedPixels,
  ): Promise<SlotReference | undefined> {
    const { slotBytes } = this.setting;
    if (this.dropped !== undefined || !(await this.room.claim(slotBytes + SLOT_RECORD))) return undefined;
    if (this.writer !== undefined && this.writer.bytes + slotBytes > SHARD_BYTES) await this.commit();
    try {
      this.writer ??= this.newShard();
      await this.writer.append(pixels);
    } catch (error) {
      await this.drop();
      throw error;
    }
    const checksum = crc32(pixels);
    const number = this.slots.append(encodeSlot({ digest, checksum, fileSize, changes }));
    return { number, checksum };
  }

  /** Lets what was added be found by others. Nothing can be added afterwards. */
  async finish(): Promise<void> {
    const newStates = this.states.count > this.firstNewState;
    if (this.writer !== undefined || (newStates && this.dropped === undefined)) await this.commit();
    const now = new Date();
    for (const id of this.used) await utimes(indexPath(this.folder, id), now, now).catch(() => {});
  }

  /** Reads from it; knows as much as the cache did when it was made, and holds none of its tables. */
  reader(): CacheReader {
    return new CacheReader(this.folder, this.setting.slotBytes, [...this.shards]);
  }

  private async load(id: string): Promise<void> {
    const path = indexPath(this.folder, id);
    const file = await readFile(path).catch(() => undefined);
    // Another process may just have removed it.
    if (file === undefined) return;
    const index = decodeIndex(file, this.setting.slotBytes);
    const slots = (index?.slots.length ?? 0) / SLOT_RECORD;
    const packed =
      slots === 0 ? 0 : ((await stat(packPath(this.folder, id)).catch(() => undefined))?.size ?? -1);
    if (index === undefined || packed < slots * this.setting.slotBytes) {
      await rm(path, { force: true });
      await rm(packPath(this.folder, id), { force: true });
      return;
    }
    this.shards.push({ id, first: this.slots.append(index.slots) });
    this.states.append(index.states);
  }

  private newShard(): ShardWriter {
    const writer = new ShardWriter(this.folder, this.setting.slotBytes);
    this.shards.push({ id: writer.id, first: this.slots.count });
    return writer;
  }

  private async commit(): Promise<void> {
    const writer = this.writer ?? this.newShard();
    this.writer = undefined;
    const { first } = this.shards.at(-1) ?? { first: 0 };
    const slots = this.slots.range(first, this.slots.count - first);
    const states = this.states.range(this.firstNewState, this.states.count - this.firstNewState);
    try {
      await writer.commit({ slots, states });
    } catch (error) {
      this.writer = writer;
      await this.drop();
      throw error;
    }
    this.firstNewState = this.states.count;
  }

  /** Gives the room of an unfinished shard back: the disk that it was to be on is full, or broken. */
  private async drop(): Promise<void> {
    await this.writer?.abandon();
    this.room.release(this.writer?.bytes ?? 0);
    this.writer = undefined;
    this.dropped = this.shards.at(-1) ?? { id: '', first: this.slots.count };
  }

  private use(number: number): void {
    const shard = shardOf(this.shards, number);
    if (shard === undefined || this.used.has(shard.id)) return;
    this.used.add(shard.id);
    this.room.inUse.add(shard.id);
  }
}

function stateKey(path: string, state: FileState): Buffer {
  return createHash('sha256').update(describeState(path, state)).digest().subarray(0, STATE_KEY_BYTES);
}

/** One shard on disk, as far as its room goes. */
interface Held {
  readonly id: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** A file that another process may still be writing is left alone for so long after its last change. */
const ABANDONED_MS = 60 * 60 * 1000;

/** Keeps what lies in a cache folder below its bound, all settings together: what was not used for longest goes first. */
export class CacheBudget {
  /** Shards that may not go, by their ids. */
  readonly inUse = new Set<string>();
  private queue: Held[] = [];
  private total = 0;

  private constructor(
    private readonly most: number,
    private readonly openedAt: number,
  ) {}

  /** Measures what is there, and removes what writers that were killed have left. */
  static async measure(folder: string, most: number): Promise<CacheBudget> {
    const now = Date.now();
    const room = new CacheBudget(most, now);
    for (const setting of await readdir(folder)) {
      const inside = join(folder, setting);
      const names: string[] = await readdir(inside).catch(() => []);
      for (const name of names) {
        const path = join(inside, name);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined) continue;
        const [id = '', ending] = name.split('.');
        const whole = names.includes(`${id}.index`);
        if (name.endsWith('.index')) {
          const pack = join(inside, `${id}.pack`);
          const packed = await stat(pack).catch(() => undefined);
          const bytes = found.size + (packed?.size ?? 0);
          room.queue.push({ id, files: [path, pack], bytes, usedAt: found.mtimeMs });
          room.total += bytes;
        } else if (now - found.mtimeMs > ABANDONED_MS) {
          // Earlier versions wrote an index as `<id>.part`.
          const half = name.endsWith('.tmp') || ending === 'part' || (ending === 'pack' && !whole);
          if (half) await rm(path, { force: true });
        }
      }
    }
    room.queue.sort((a, b) => a.usedAt - b.usedAt);
    return room;
  }

  /** Makes room for so many bytes and counts them as used; false where there is none to be made. */
  async claim(bytes: number): Promise<boolean> {
    while (this.total + bytes > this.most) {
      if (!(await this.removeOldest())) return false;
    }
    this.total += bytes;
    return true;
  }

  /** Gives back what was claimed and not used. */
  release(bytes: number): void {
    this.total -= bytes;
  }

  private async removeOldest(): Promise<boolean> {
    const index = this.queue.findIndex(({ id, usedAt }) => !this.inUse.has(id) && usedAt < this.openedAt);
    const [oldest] = index < 0 ? [] : this.queue.splice(index, 1);
    if (oldest === undefined) return false;
    // The index goes first: without it nothing is looked for in the rest.
    for (const file of oldest.files) await rm(file, { force: true });
    this.total -= oldest.bytes;
    return true;
  }
}
