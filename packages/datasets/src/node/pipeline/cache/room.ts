import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

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
export class Room {
  /** Shards that may not go, by their ids. */
  readonly inUse = new Set<string>();
  private queue: Held[] = [];
  private total = 0;

  private constructor(
    private readonly most: number,
    private readonly openedAt: number,
  ) {}

  /** Measures what is there, and removes what writers that were killed have left. */
  static async measure(folder: string, most: number): Promise<Room> {
    const now = Date.now();
    const room = new Room(most, now);
    for (const setting of await readdir(folder)) {
      const inside = join(folder, setting);
      const names: string[] = await readdir(inside).catch(() => []);
      for (const name of names) {
        const path = join(inside, name);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined) continue;
        const [id = '', kind] = name.split('.');
        const whole = names.includes(`${id}.index`);
        if (name.endsWith('.index')) {
          const pack = join(inside, `${id}.pack`);
          const packed = await stat(pack).catch(() => undefined);
          const bytes = found.size + (packed?.size ?? 0);
          room.queue.push({ id, files: [path, pack], bytes, usedAt: found.mtimeMs });
          room.total += bytes;
        } else if ((kind === 'part' || (kind === 'pack' && !whole)) && now - found.mtimeMs > ABANDONED_MS) {
          await rm(path, { force: true });
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
