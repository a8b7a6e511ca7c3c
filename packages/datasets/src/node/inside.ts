import { isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * A path below a folder, as a file names it.
 *
 * @returns Undefined when it leads out of the folder, or is absolute.
 */
export function pathInside(folder: string, named: string): string | undefined {
  if (isAbsolute(named)) return undefined;
  const path = resolve(folder, named);
  const [first] = relative(folder, path).split(sep);
  return first === '..' || first === '' ? undefined : path;
}

/** An image's identifier: its path below a folder, with forward slashes. */
export const idBelow = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');
