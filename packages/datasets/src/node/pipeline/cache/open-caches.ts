import { resolve } from 'node:path';
import { makeFolders } from '@utad/files/node';
import type { DecodedPixels } from '../../decoding/decode';
import type { FileState } from '../../decoding/with-image';
import { CacheBudget, type CacheSetting, DecodedCache } from './decoded-cache';
import type { CacheReader, SlotReference } from './shards';

/** What the cache did for a dataset. */
export interface CacheReport {
  /** Where it lies. */
  readonly folder: string;
  /** Files whose decoded pixels were there. */
  readonly found: number;
  /** Files whose decoded pixels were put there. */
  readonly added: number;
  /** In one line, why not all of them are there: it is full, or cannot be written. Null where they are. */
  readonly problem: string | null;
}

/** A file as it was found, decoded just now unless the cache has it. */
export interface FoundFile {
  readonly path: string;
  readonly state: FileState;
  readonly digest: Uint8Array;
  readonly fileSize: DecodedPixels['fileSize'];
  readonly changes: number;
  readonly from: { readonly place: SlotReference } | { readonly pixels: Uint8Array };
}

/**
 * The cache of one opening, settings opened as they come up. A cache saves time and decides nothing, so that what goes
 * wrong with it is told in {@link CacheReport.problem} and never thrown.
 */
export class OpenCaches {
  private readonly caches = new Map<string, Promise<DecodedCache | undefined>>();
  private readonly opened = new Map<string, DecodedCache>();
  private readonly folder: string;
  private room: Promise<CacheBudget> | undefined;
  private problem: string | null = null;
  private found = 0;
  private added = 0;

  constructor(
    folder: string,
    private readonly bytes: number,
  ) {
    this.folder = resolve(folder);
  }

  /** The cache for a setting; undefined where it cannot be opened. */
  of(setting: CacheSetting): Promise<DecodedCache | undefined> {
    const opened = this.caches.get(setting.name) ?? this.open(setting);
    this.caches.set(setting.name, opened);
    return opened;
  }

  /** Remembers a file, and puts its pixels into the cache where they are not there; gives the place where they are. */
  async settle(setting: CacheSetting, file: FoundFile): Promise<SlotReference | undefined> {
    const cache = await this.of(setting);
    cache?.noteState(file.path, file.state, file.digest);
    if ('place' in file.from) {
      this.found += 1;
      return file.from.place;
    }
    if (cache === undefined) return undefined;
    try {
      // Of two equal files that were in work together the first one is there by now.
      const same = cache.find(file.digest);
      if (same) return same.place;
      const { pixels } = file.from;
      const place = await cache.add(file.digest, { pixels, fileSize: file.fileSize, changes: file.changes });
      if (place === undefined) this.fail(`it is full at ${Math.round(this.bytes / 2 ** 20)} MiB`);
      else this.added += 1;
      return place;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Lets others find what was added. */
  async finish(): Promise<CacheReport> {
    for (const cache of this.opened.values()) await cache.finish().catch((error) => this.fail(error));
    const { folder, found, added, problem } = this;
    return { folder, found, added, problem };
  }

  /** Reads from what is there now, by the names of settings. */
  readers(): Map<string, CacheReader> {
    return new Map([...this.opened].map(([name, cache]) => [name, cache.reader()]));
  }

  private async open(setting: CacheSetting): Promise<DecodedCache | undefined> {
    try {
      makeFolders(this.folder);
      this.room ??= CacheBudget.measure(this.folder, this.bytes);
      const cache = await DecodedCache.open(this.folder, setting, await this.room);
      this.opened.set(setting.name, cache);
      return cache;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.problem ??= `cache of decoded images in ${this.folder}: ${reason}; going on without it where it is missing`;
  }
}
