import { readdir, realpath } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { entryType, FileError, isSystemError } from '@utad/files/node';
import { DatasetError } from '../errors';

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.bmp']);

const natural = new Intl.Collator('en', { numeric: true }).compare;

/** Names such as `1.png` and `01.png` are equal to the collator; without a second rule the disk would order them. */
const byName = (a: string, b: string): number => natural(a, b) || (a < b ? -1 : 1);

/**
 * The image files in a folder and all below it, in natural order (`2.png` before `10.png`); hidden ones are left out.
 * For a file, that file, whatever its name. Links to files and folders are followed; a folder is read once, and a link that
 * leads to one that is read already, or back to where it lies, is left out.
 *
 * @throws DatasetError `root-missing` when there is no such folder or file; `unreadable` when it may not be read.
 */
export async function imagePaths(path: string): Promise<string[]> {
  return (await listImages(path)).paths;
}

/** {@link imagePaths}, with the number of links that were left out. */
export async function listImages(path: string): Promise<{ paths: string[]; linksLeftOut: number }> {
  const found = await pathType(path);
  if (found === undefined) {
    const message = `expected a folder of images or an image, found nothing at ${path}`;
    throw new DatasetError('root-missing', message);
  }
  if (found === 'file') return { paths: [path], linksLeftOut: 0 };
  const paths: string[] = [];
  let linksLeftOut = 0;
  const read = new Set<string>();
  const folders = [{ path, real: await realpath(path).catch(refuse(path)) }];
  // What lies in the folder itself comes before what is linked into it, whatever their names.
  const links: string[] = [];
  for (
    let next = folders.pop();
    next !== undefined;
    next = folders.pop() ?? (await followed(links.shift()))
  ) {
    const { path: folder, real } = next;
    if (read.has(real)) continue;
    read.add(real);
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(refuse(folder))) {
      if (entry.name.startsWith('.')) continue;
      const inner = join(folder, entry.name);
      if (entry.isDirectory()) folders.push({ path: inner, real: join(real, entry.name) });
      else if (entry.isSymbolicLink() && (await leadsToFolder(inner))) links.push(inner);
      else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) paths.push(inner);
    }
    links.sort(byName);
  }
  return { paths: paths.sort(byName), linksLeftOut };

  /** The folder that the first link of those left leads to, and was not read. */
  async function followed(link: string | undefined): Promise<{ path: string; real: string } | undefined> {
    for (let one = link; one !== undefined; one = links.shift()) {
      const real = await realpath(one).catch(refuse(one));
      const place = await realpath(dirname(one)).catch(refuse(one));
      if (!read.has(real) && !`${place}${sep}`.startsWith(`${real}${sep}`)) return { path: one, real };
      linksLeftOut += 1;
    }
    return undefined;
  }
}

/** Says how many links were left out. */
export function linkSentences(links: number): string[] {
  return links > 0 ? [`Links left out, since they lead to folders that are read already: ${links}.`] : [];
}

/** Whether a link leads to a folder, perhaps by way of others; one that leads nowhere does not. */
async function leadsToFolder(link: string): Promise<boolean> {
  return (await pathType(link)) === 'folder';
}

/**
 * The folders in a folder by name, sorted; none when it does not exist. Links count, since data sets are often linked
 * into place.
 *
 * @throws DatasetError `unreadable` when it may not be read.
 */
export async function folderNames(path: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await readdir(path).catch(noneWhereMissing(path))) {
    if (!name.startsWith('.') && (await pathType(join(path, name))) === 'folder') names.push(name);
  }
  return names.sort(byName);
}

/** @throws DatasetError `root-missing` unless it is a folder; `unreadable` when it may not be looked at. */
export async function expectFolder(path: string, name: string): Promise<void> {
  const found = await pathType(path);
  if (found !== 'folder') {
    const what = found === undefined ? 'nothing' : 'a file';
    throw new DatasetError('root-missing', `${name}: expected a folder, found ${what} at ${path}`);
  }
}

/**
 * What there is at a path, links followed.
 *
 * @throws DatasetError `unreadable` when the system does not say.
 */
export function pathType(path: string): Promise<'folder' | 'file' | undefined> {
  return entryType(path).catch(refuse(path));
}

const refuse = (path: string) => (error: unknown) => {
  throw unreadable(path, error);
};

const noneWhereMissing =
  (path: string) =>
  (error: unknown): string[] => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(path, error);
  };

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

/** What the system said of a file or folder that could not be read, on one line. */
export function unreadable(path: string, error: unknown): DatasetError {
  if (error instanceof FileError) return new DatasetError('unreadable', error.message);
  const message = `expected to read ${path}, received ${codeOf(error) ?? String(error)}`;
  return new DatasetError('unreadable', message);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
