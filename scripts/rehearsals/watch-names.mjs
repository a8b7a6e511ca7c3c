import { existsSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Tells of each name in a folder that comes, changes or goes, once the folder is there; its parent has to be there.
 * Folders below are not looked into: watching them too fails when they go.
 *
 * @returns {() => void} Ends it.
 */
export function onNames(folder, callback) {
  let watcher;
  const look = () => {
    if (watcher !== undefined || !existsSync(folder)) return;
    watcher = watch(folder, (_, name) => callback(name ?? ''));
  };
  const parent = watch(dirname(folder), look);
  look();
  return () => {
    parent.close();
    watcher?.close();
  };
}
