import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An addon package on the disk, not yet loaded. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  /** Its package.json. */
  readonly manifest: string;
  /** In words: `'user cache'`, `'this project'`. */
  readonly origin: string;
}

function readVersion(manifest: string): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const version = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'version') : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

/** A package as Node would resolve it from a folder, or undefined where there is none. */
export function findPackage(name: string, folder: string, origin: string): FoundPackage | undefined {
  let manifest: string;
  try {
    // The file need not exist: it only says where resolution starts.
    manifest = createRequire(join(folder, 'resolve-from-here.js')).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
  try {
    return { name, version: readVersion(manifest), manifest, origin };
  } catch {
    // Node remembers where it has found a package, also when that is gone.
    return undefined;
  }
}

/**
 * The addon file of tfjs-node or tfjs-node-gpu, found as the package itself finds it.
 * @throws Error where it is not there, as when the package's install script was not run.
 */
export function addonFile(found: FoundPackage): string {
  const nodePreGyp: unknown = createRequire(found.manifest)('@mapbox/node-pre-gyp');
  const find =
    typeof nodePreGyp === 'object' && nodePreGyp !== null ? Reflect.get(nodePreGyp, 'find') : undefined;
  if (typeof find !== 'function') throw new Error(`${found.name} has an unknown @mapbox/node-pre-gyp`);
  const file: unknown = Reflect.apply(find, nodePreGyp, [found.manifest]);
  if (typeof file !== 'string' || !existsSync(file))
    throw new Error(`${found.name} has no addon built for this system`);
  return file;
}

/** Why a native backend is not there at all. */
export const NATIVE_MISSING = {
  'tfjs-node-gpu': '@tensorflow/tfjs-node-gpu is not installed',
  'tfjs-node': 'native TensorFlow is not installed; run `utad backend install`',
} as const;

export const packageFolder = (found: FoundPackage): string => dirname(found.manifest);
