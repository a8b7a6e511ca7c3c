import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';

/** Which state of which file a part is of. */
interface PartState {
  readonly url: string;
  /** Strong ETag, or date of the last change: what `If-Range` takes. */
  readonly validator: string;
  readonly size: number | null;
}

/**
 * What came of a file so far: the bytes in `<path>.part`, and in `<path>.of` which state of the file they are of. Bytes
 * of a file that its server cannot tell from others have no `.of`, and are never gone on with.
 */
export class PartFile {
  readonly #part: string;
  readonly #of: string;
  #file: FileHandle | undefined;
  #length = 0;

  constructor(readonly path: string) {
    this.#part = `${path}.part`;
    this.#of = `${path}.of`;
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** What an earlier attempt has left of this URL; undefined, and nothing, where that cannot be gone on with. */
  async left(url: string): Promise<PartState | undefined> {
    const state = await this.#state();
    const size = await stat(this.#part).then(
      (found) => found.size,
      () => 0,
    );
    const usable = state !== undefined && state.url === url && size > 0 && size <= (state.size ?? size);
    this.#length = usable ? size : 0;
    return usable ? state : undefined;
  }

  /** Opens it for more of the same. */
  async goOn(): Promise<void> {
    this.#file = await open(this.#part, 'a');
  }

  /** Begins anew. */
  async begin(state: PartState | undefined): Promise<void> {
    await this.drop();
    this.#file = await open(this.#part, 'wx');
    if (state !== undefined) await writeFile(this.#of, JSON.stringify(state));
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#file?.writeFile(chunk);
    this.#length += chunk.length;
  }

  /** What was written is on the disk when this resolves. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.datasync();
    } finally {
      await file?.close();
    }
  }

  /** The note goes first: old bytes must never stand under the name of another state. */
  async drop(): Promise<void> {
    await this.close();
    await rm(this.#of, { force: true });
    await rm(this.#part, { force: true });
    this.#length = 0;
  }

  /** It is whole. */
  async finish(): Promise<void> {
    await this.close();
    await rename(this.#part, this.path);
    await rm(this.#of, { force: true });
  }

  async #state(): Promise<PartState | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#of, 'utf8'));
      if (typeof value !== 'object' || value === null) return undefined;
      const { url, validator, size }: Record<string, unknown> = { ...value };
      if (typeof url !== 'string' || typeof validator !== 'string') return undefined;
      return { url, validator, size: typeof size === 'number' ? size : null };
    } catch {
      // Whatever stands in the way of reading it, the file can be downloaded.
      return undefined;
    }
  }
}
