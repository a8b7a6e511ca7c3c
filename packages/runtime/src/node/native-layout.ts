import { join } from 'node:path';
import { userCacheFolder } from './cache-folder';

/** The TensorFlow.js that the addon package belongs to; it must be the caller's own version too. */
export const TFJS_VERSION = '4.22.0';
/** The TensorFlow whose library the addon is compiled against. */
export const TENSORFLOW_VERSION = '2.21.0';

export type NativePackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/**
 * Where native TensorFlow lies in the cache. The name holds all that the build depends on. The version of Node is
 * not in it: the addon speaks Node-API, so that one build serves every Node from 20 on.
 */
export interface NativeLayout {
  /** Holds every installation, the locks and the pinned hashes. */
  readonly root: string;
  /** One installation. It is there only when it is whole. */
  readonly folder: string;
  readonly packageName: NativePackage;
  readonly packageFolder: string;
  readonly manifest: string;
}

/** How the folders of every version of a package's installations begin. */
export const folderPrefix = (name: NativePackage): string => `${name.slice('@tensorflow/'.length)}-`;

export function nativeLayout(
  cacheFolder: string = userCacheFolder(),
  name: NativePackage = '@tensorflow/tfjs-node',
): NativeLayout {
  const root = join(cacheFolder, 'native');
  const key = `${folderPrefix(name)}${TFJS_VERSION}-tf${TENSORFLOW_VERSION}-${process.platform}-${process.arch}`;
  return layoutIn(root, join(root, key), name);
}

export function layoutIn(root: string, folder: string, packageName: NativePackage): NativeLayout {
  return {
    root,
    folder,
    packageName,
    packageFolder: join(folder, 'node_modules', packageName),
    manifest: join(folder, 'install.json'),
  };
}
