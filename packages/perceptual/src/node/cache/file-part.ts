import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from '../../http/fetch-ranges';
import { MemoryPart } from '../../http/memory-part';
import { joined } from '../../http/remote-file';

/** So much may have to come again after the process was killed. */
const BLOCK = 2 ** 18;

/**
 * Keeps what comes of one file in memory, and on the disk for a later process to go on with: the bytes in one file, and of
 * what they are in another.
 */
export class FilePart implements Part {
  readonly #memory = new MemoryPart();
  readonly #data: string;
  readonly #state: string;
  readonly #folder: string;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #looked = false;

  constructor(folder: string, url: URL) {
    const name = createHash('sha256').update(url.href).digest('hex').slice(0, 12);
    this.#folder = folder;
    this.#data = join(folder, `${name}.part`);
    this.#state = join(folder, `${name}.of`);
  }

  get length(): number {
    return this.#memory.length;
  }

  async begin(of: string | undefined): Promise<void> {
    const before = this.#looked ? undefined : await this.#left(of);
    this.#looked = true;
    await this.#memory.begin(of);
    if (before !== undefined) {
      await this.#memory.append(before);
    } else if (this.length === 0) {
      this.#pending = [];
      this.#pendingBytes = 0;
      await mkdir(this.#folder, { recursive: true });
      // Between the two the disk must never hold old bytes under a new name.
      await rm(this.#state, { force: true });
      await rm(this.#data, { force: true });
      if (of !== undefined) await writeFile(this.#state, of);
    }
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#memory.append(chunk);
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= BLOCK) await this.#write();
  }

  bytes(): Uint8Array {
    return this.#memory.bytes();
  }

  /** What an earlier process has left of this. */
  async #left(of: string | undefined): Promise<Uint8Array | undefined> {
    if (of === undefined) return undefined;
    try {
      if ((await readFile(this.#state, 'utf8')) !== of) return undefined;
      return await readFile(this.#data);
    } catch {
      // Whatever stands in the way of reading it, it can be fetched.
      return undefined;
    }
  }

  /** In full before the next ones: after a loss of power there may be less than was written, but nothing else. */
  async #write(): Promise<void> {
    const file = await open(this.#data, 'a');
    try {
      await file.writeFile(joined(this.#pending));
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
