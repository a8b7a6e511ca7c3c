/** How much may come out of one archive. */
export interface ArchiveLimits {
  /** Bytes in all. Default 40e9: seven times the largest dataset known here. */
  readonly bytes?: number;
  /** Files and folders. Default 1,000,000. */
  readonly entries?: number;
  /**
   * Bytes that come out against bytes of the archive, once 16 MiB have come out. Default 50: images are packed already
   * and give 1 to 3, the digits of MNIST 5, a bomb of zeros 1,000 and more.
   */
  readonly ratio?: number;
}

/** Before so much has come out, a high ratio shows nothing: a few small files in blocks of zeros have one. */
const RATIO_FROM = 16 * 2 ** 20;

/** Counts what comes out of an archive while it does, and stops at the limits. */
export class Budget {
  readonly #bytes: number;
  readonly #entries: number;
  readonly #ratio: number;
  #usedBytes = 0;
  #usedEntries = 0;

  constructor(
    readonly archive: string,
    readonly archiveBytes: number,
    { bytes = 40e9, entries = 1_000_000, ratio = 50 }: ArchiveLimits,
  ) {
    this.#bytes = bytes;
    this.#entries = entries;
    this.#ratio = ratio;
  }

  /** @throws ArchiveError `too-many` */
  useEntry(): void {
    this.expectEntries(++this.#usedEntries);
  }

  /** @throws ArchiveError `too-large`, `ratio` */
  useBytes(count: number): void {
    this.#usedBytes += count;
    this.#expectBytes(this.#usedBytes);
  }

  /** Refuses at once what an archive says of itself. */
  expectMore(count: number): void {
    this.#expectBytes(this.#usedBytes + count);
  }

  /** As {@link Budget.expectMore}, of the number of entries. */
  expectEntries(count: number): void {
    if (count <= this.#entries) return;
    const reason = `expected at most ${this.#entries} files and folders, received more`;
    throw new ArchiveError('too-many', this.archive, reason);
  }

  #expectBytes(bytes: number): void {
    if (bytes > this.#bytes) {
      const reason = `expected at most ${this.#bytes} bytes to unpack, received more`;
      throw new ArchiveError('too-large', this.archive, reason);
    }
    if (bytes > RATIO_FROM && bytes > this.#ratio * this.archiveBytes) {
      const reason = `expected at most ${this.#ratio} bytes to unpack for each of its ${this.archiveBytes}, received more`;
      throw new ArchiveError('ratio', this.archive, reason);
    }
  }
}

/** What comes out of an archive, counted as it comes. */
export async function* metered(
  chunks: AsyncIterable<Uint8Array>,
  budget: Budget,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    budget.useBytes(chunk.length);
    yield chunk;
  }
}

/** The known ways in which an archive is refused; see {@link ArchiveError}. */
export type ArchiveErrorCode =
  /** A name leaves the folder, or is none that every system can have. */
  | 'path'
  /** A link, symbolic or hard. */
  | 'link'
  /** Neither a file nor a folder: a device, a pipe, or a kind that is not known. */
  | 'device'
  /** The same name twice, or as a file and as a folder. Names that differ by case alone are the same. */
  | 'duplicate'
  /** More bytes come out of it than are allowed. */
  | 'too-large'
  /** More bytes come out of it, against its own size, than of any honest archive of images. */
  | 'ratio'
  /** More files and folders than are allowed. */
  | 'too-many'
  /** It ends early, is followed by something else, does not match its checksums, or is no such archive at all. */
  | 'damaged';

/** An archive that is not unpacked. One line; `code` says why. What had been unpacked of it is gone. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';

  constructor(
    /** Which of the known ways, for code to branch on. */
    readonly code: ArchiveErrorCode,
    /** The file name of the archive. */
    readonly archive: string,
    /** What was expected, and what came. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${archive}: ${reason}`, options);
  }
}
