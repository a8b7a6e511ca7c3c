import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DatasetError } from '../errors';

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.bmp']);

const byName = new Intl.Collator('en', { numeric: true }).compare;

/**
 * The image files in a folder and all below it, in natural order (`2.png` before `10.png`); hidden ones are left out.
 * For a file, that file, whatever its name.
 *
 * @throws DatasetError `root-missing` when there is no such folder or file.
 */
export async function imagePaths(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new DatasetError(
      'root-missing',
      `expected a folder of images or an image, found nothing at ${path}`,
    );
  }
  if (found.isFile()) return [path];
  const paths: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) paths.push(...(await imagePaths(inner)));
    else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) paths.push(inner);
  }
  return paths.sort(byName);
}

/** The folders in a folder by name, sorted; none when it does not exist. */
export async function folderNames(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort(byName);
}

/** @throws DatasetError `root-missing` unless it is a folder. */
export async function expectFolder(path: string, name: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    const what = found === undefined ? 'nothing' : 'a file';
    throw new DatasetError('root-missing', `${name}: expected a folder, found ${what} at ${path}`);
  }
}
