import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DatasetError } from '../errors';

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.bmp']);

const natural = new Intl.Collator('en', { numeric: true }).compare;

/** Names such as `1.png` and `01.png` are equal to the collator; without a second rule the disk would order them. */
const byName = (a: string, b: string): number => natural(a, b) || (a < b ? -1 : 1);

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
  const names: string[] = [];
  for (const name of await readdir(path).catch(() => [])) {
    // Links count, since data sets are often linked into place.
    const found = await stat(join(path, name)).catch(() => undefined);
    if (found?.isDirectory() === true && !name.startsWith('.')) names.push(name);
  }
  return names.sort(byName);
}

/** @throws DatasetError `root-missing` unless it is a folder. */
export async function expectFolder(path: string, name: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    const what = found === undefined ? 'nothing' : 'a file';
    throw new DatasetError('root-missing', `${name}: expected a folder, found ${what} at ${path}`);
  }
}
