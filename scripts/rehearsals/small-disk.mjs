// A disk that gets full without harming another one: a small file system in memory, or a limit on the size of files.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BYTES = 4 * 2 ** 20;

const runs = ([file, ...args]) => spawnSync(file, args, { stdio: 'ignore' }).status === 0;

const mountIn = (path) => ['mount', '-t', 'tmpfs', '-o', `size=${BYTES}`, 'tmpfs', path];

/** Starts a program as root of a name space of its own, in which it may mount. */
export const UNSHARE = ['unshare', '--map-root-user', '--mount'];

/** Whether this program may mount a file system. */
export function canMount() {
  const path = mkdtempSync(join(tmpdir(), 'utad-mount-'));
  const can = runs(mountIn(path));
  if (can) runs(['umount', path]);
  rmSync(path, { recursive: true });
  return can;
}

/** Whether it might as root of a name space of its own. */
export function canUnshare() {
  return runs([...UNSHARE, ...mountIn('/mnt')]);
}

/** Mounts a small file system in the rehearsal's folder, and takes it away at the end. */
export function mountSmallDisk(rehearsal) {
  const path = join(rehearsal.folder, 'disk');
  mkdirSync(path);
  if (!runs(mountIn(path))) throw new Error(`mounting a file system at ${path} failed`);
  // A child that was killed a moment ago may still hold it.
  rehearsal.undoing.push(() => runs(['umount', '--lazy', path]));
  return { fill: (left) => fill(path, left), free: () => rmSync(join(path, 'ballast')) };
}

/** Writes until nothing fits any more, then gives back so many bytes. */
function fill(path, left) {
  const file = openSync(join(path, 'ballast'), 'w');
  const page = Buffer.alloc(4096, 1);
  try {
    for (;;) writeSync(file, page);
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
    ftruncateSync(file, Math.max(0, statSync(join(path, 'ballast')).size - left));
  } finally {
    closeSync(file);
  }
}

/** Starts a program so that it can write no file larger than this, as if the disk were full from there on. */
export function throughFileLimit(bytes) {
  // POSIX counts in blocks of 512 bytes.
  return ['sh', '-c', `ulimit -f ${Math.floor(bytes / 512)} && exec "$@"`, 'sh'];
}
