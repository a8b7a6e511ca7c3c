import type { FileStore } from './store';

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
