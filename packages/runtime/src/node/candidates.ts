import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackendName } from '../backends';
import { type NativePackage, nativeLayout } from './native-layout';
import { type FoundPackage, findPackage } from './native-package';

/** Where native backends are looked for. */
export interface FinderOptions {
  /** The folder of utad's caches; default `userCacheFolder()`. */
  readonly cacheFolder?: string;
  /** Where the user's own packages are looked for first; default the working directory. */
  readonly projectFolder?: string;
}

/** Why a backend was not taken. */
export interface Refusal {
  readonly name: BackendName;
  readonly reason: string;
  /** Whether it is on this machine at all. */
  readonly found: boolean;
}

/** Every copy of a package that could be loaded, the most wanted first. */
export function installedCopies(
  name: string,
  { projectFolder = process.cwd() }: FinderOptions,
): FoundPackage[] {
  const copies = [
    findPackage(name, projectFolder, 'this project'),
    findPackage(name, dirname(fileURLToPath(import.meta.url)), 'beside @utad/runtime'),
  ].filter((found) => found !== undefined);
  return copies.filter(({ manifest }, i) => copies.findIndex((other) => other.manifest === manifest) === i);
}

/** The copies of an addon package, the one in the user's cache last. */
export function nativeCopies(name: NativePackage, options: FinderOptions): FoundPackage[] {
  const { folder } = nativeLayout(options.cacheFolder, name);
  const cached = findPackage(name, folder, 'user cache');
  // Resolution climbs, so that a cache below a project would otherwise show the project's copy again; and it follows links,
  // such as a cache that lies on another disk.
  const own = cached !== undefined && existsSync(folder) && cached.manifest.startsWith(realpathSync(folder));
  return [...installedCopies(name, options), ...(own ? [cached] : [])];
}

export const message = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
