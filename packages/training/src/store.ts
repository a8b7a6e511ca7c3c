/**
 * A handful of named files that change together: a folder, files behind a URL, or memory. Names are relative paths
 * with forward slashes.
 */
export interface FileStore {
  /** The names present; empty when nothing was ever stored. */
  list(): Promise<string[]>;
  /** The bytes of one file, or of a part of it. */
  read(name: string, range?: { offset: number; length: number }): Promise<Uint8Array>;
  /** Replaces everything by these files: after a crash either all of the old or all of the new are there. */
  replace(files: ReadonlyMap<string, Uint8Array>): Promise<void>;
}
