import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError, type Budget } from './budget';

/** Whether an entry of an archive is wanted, by the parts of its path. */
export type Choose = (parts: readonly string[]) => boolean;

/**
 * Writes files below a folder that was empty and is nobody else's. It makes plain files and folders and nothing else, so
 * no path can lead out through a link.
 */
export class TreeWriter {
  readonly #kinds = new Map<string, 'file' | 'folder'>();
  readonly #made = new Set<string>();

  constructor(
    readonly folder: string,
    readonly budget: Budget,
    private readonly choose: Choose,
    private readonly onFile: () => void,
  ) {}

  /** @throws ArchiveError `path`, `duplicate`, `too-many` */
  async directory(name: string): Promise<void> {
    this.budget.useEntry();
    const parts = placeOf(name, this.budget.archive);
    if (isLitter(parts) || !this.choose(parts)) return;
    this.#claim(parts, 'folder');
    await this.#make(parts);
  }

  /**
   * @param size where the archive says it.
   * @throws ArchiveError `path`, `duplicate`, `too-many`, `damaged` where another number of bytes comes
   */
  async file(name: string, chunks: AsyncIterable<Uint8Array>, size?: number): Promise<void> {
    this.budget.useEntry();
    const parts = placeOf(name, this.budget.archive);
    if (parts.length === 0) {
      const reason = `expected a file name, received ${JSON.stringify(name)}`;
      throw new ArchiveError('path', this.budget.archive, reason);
    }
    if (isLitter(parts) || !this.choose(parts)) {
      for await (const _ of chunks);
      return;
    }
    this.#claim(parts, 'file');
    await this.#make(parts.slice(0, -1));
    // Whatever the archive says of permissions: a dataset has nothing to run. `wx` refuses what is there already.
    const file = await open(join(this.folder, ...parts), 'wx', 0o644);
    let bytes = 0;
    try {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    if (size !== undefined && bytes !== size) {
      const reason = `expected ${size} bytes of ${JSON.stringify(name)}, received ${bytes}`;
      throw new ArchiveError('damaged', this.budget.archive, reason);
    }
    this.onFile();
  }

  /** Systems that ignore case, or compose letters, would write one file over the other. */
  #claim(parts: readonly string[], kind: 'file' | 'folder'): void {
    const key = (count: number) => parts.slice(0, count).join('/').normalize('NFC').toLowerCase();
    for (let count = 1; count <= parts.length; count++) {
      const wanted = count === parts.length ? kind : 'folder';
      const there = this.#kinds.get(key(count));
      if (there !== undefined && (there === 'file' || wanted === 'file')) {
        const reason = `expected every name once, received ${JSON.stringify(parts.join('/'))} again`;
        throw new ArchiveError('duplicate', this.budget.archive, reason);
      }
      this.#kinds.set(key(count), wanted);
    }
  }

  async #make(parts: readonly string[]): Promise<void> {
    const folder = join(this.folder, ...parts);
    if (this.#made.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    this.#made.add(folder);
  }
}

/** What no file may be called on Windows: devices, whatever ending follows. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Characters that mean something else on some system: controls, Windows' separator, drives and streams, wildcards. */
const FORBIDDEN = /[\p{Cc}\\:<>"|?*]/u;
const MOST_BYTES = 255;
const MOST_FOLDERS = 32;

/**
 * Where an entry goes below the folder that an archive is unpacked in: its parts, none for the folder itself.
 *
 * What any system would take for something else than a plain name is refused on every system, so that the same archive
 * gives the same tree everywhere. Nothing is renamed: a list inside the dataset may name its files.
 *
 * @throws ArchiveError `path`
 */
function placeOf(name: string, archive: string): string[] {
  const refuse = (why: string) =>
    new ArchiveError(
      'path',
      archive,
      `expected names that stay in their folder, received ${JSON.stringify(name)} (${why})`,
    );
  if (name.startsWith('/')) throw refuse('absolute');
  if (/^[A-Za-z]:/.test(name)) throw refuse('a drive');
  if (name.includes('\\')) throw refuse('a backslash');
  if (name.includes('\uFFFD')) throw refuse('no UTF-8');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') throw refuse('leads out');
    if (FORBIDDEN.test(part)) throw refuse('a character that no system agrees on');
    if (/[. ]$/.test(part)) throw refuse('ends with a point or a space');
    if (DEVICE.test(part)) throw refuse('a device on Windows');
    if (Buffer.byteLength(part) > MOST_BYTES) throw refuse(`longer than ${MOST_BYTES} bytes`);
  }
  if (parts.length > MOST_FOLDERS) throw refuse(`deeper than ${MOST_FOLDERS} folders`);
  return parts;
}

/** What macOS adds to archives, which is nobody's data. */
function isLitter(parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? '';
  return parts[0] === '__MACOSX' || name === '.DS_Store' || name.startsWith('._');
}
