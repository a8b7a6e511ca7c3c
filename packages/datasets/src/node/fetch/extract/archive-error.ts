/** The known ways in which an archive is refused; see {@link ArchiveError}. */
export type ArchiveProblem =
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

/** An archive that is not unpacked. One line; `problem` says why. What had been unpacked of it is gone. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';

  constructor(
    /** Which of the known ways, for code to branch on. */
    readonly problem: ArchiveProblem,
    /** The file name of the archive. */
    readonly archive: string,
    /** What was expected, and what came. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${archive}: ${reason}`, options);
  }
}
