import { resolve, sep } from 'node:path';

/**
 * The path of a file of a folder.
 *
 * @throws RangeError when the name leads out of the folder.
 */
export function inside(folder: string, name: string): string {
  const path = resolve(folder, name);
  if (!path.startsWith(folder + sep))
    throw new RangeError(`store: expected a name inside the folder, received ${name}`);
  return path;
}
