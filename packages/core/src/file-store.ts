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

/** A store that lives as long as the object: for tests, browsers, and runs that need not outlive the process. */
export function memoryStore(): FileStore {
  let files: ReadonlyMap<string, Uint8Array> = new Map();
  return {
    list: async () => [...files.keys()],
    read: async (name, range) => {
      const bytes = files.get(name);
      if (bytes === undefined) throw new Error(`store: expected a file ${name}, received none of that name`);
      return range === undefined ? bytes : bytes.slice(range.offset, range.offset + range.length);
    },
    replace: async (next) => {
      files = new Map(next);
    },
  };
}
