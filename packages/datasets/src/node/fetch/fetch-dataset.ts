import { copyFile, link, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatasetError } from '../../errors';
import type { DatasetSource, KnownDataset } from '../../known/known-dataset';
import { download } from './download/download';
import { shown } from './download/shown';
import type { DownloadOptions } from './events';
import type { ArchiveLimits } from './extract/budget';
import { archiveKindOf, extractArchive } from './extract/extract';
import type { Choose } from './extract/tree-writer';
import { FetchError } from './fetch-error';
import { Pins } from './pins';
import { type FetchedFile, type FetchedRecord, readRecord, recordPath } from './record';
import { verify } from './verify';
import { withLock } from './with-lock';

/** Where a dataset goes, and how it is fetched. */
export interface FetchDatasetOptions extends DownloadOptions {
  /** The folder to make. What is not whole yet is in a folder of the same name with `.part` behind it. */
  readonly folder: string;
  /** The terms were accepted, by whoever may. Default false. */
  readonly acceptLicense?: boolean;
  /** Keep these categories only. The whole archive is downloaded all the same. Default all. */
  readonly categories?: readonly string[];
  /** Files that are there already, instead of downloads: archives, or files of the dataset. */
  readonly from?: readonly string[];
  /** Folder that remembers what first downloads brought, so that later ones can be compared. Default: none does. */
  readonly pins?: string;
  /** Take what comes now for what is to come from now on. Default false. */
  readonly repin?: boolean;
  /** What may come out of one archive at most. */
  readonly limits?: ArchiveLimits;
}

/** A dataset that is there. */
export interface FetchedDataset {
  /** The folder, to be opened as the root. */
  readonly folder: string;
  /** Whether it was there already, so that nothing was asked for. */
  readonly reused: boolean;
  /** What it was made of; undefined where it was there already. */
  readonly record: FetchedRecord | undefined;
}

/**
 * Fetches a known dataset: downloads its files, compares them with the hashes that are cited of them, unpacks them, and
 * puts the whole under its name at once. An interrupted download is gone on with.
 *
 * A file without a cited hash is compared with its first download, as `pins` remembers it.
 *
 * @throws FetchError `licence` before anything is asked for; `manual` where there is no direct link; and whatever goes
 *   wrong on the way
 * @throws ArchiveError for an archive that is refused
 * @throws DatasetError `exists` when something else is in `folder`; `category-unknown`; `invalid-option`
 */
export async function fetchDataset(
  known: KnownDataset,
  options: FetchDatasetOptions,
): Promise<FetchedDataset> {
  const { acceptLicense = false, categories, from, signal, onEvent } = options;
  const folder = resolve(options.folder);
  const { title, licence, citation } = known;
  const choose = chooserOf(known, categories);
  onEvent?.({ type: 'licence', title, licence, citation });
  if (await isThere(folder, known, categories)) return { folder, reused: true, record: undefined };
  if (licence.accept === true && !acceptLicense) {
    throw new FetchError(
      'licence',
      `${title}: expected its terms to be accepted first (${licence.name}, ${licence.url})`,
    );
  }
  if (from === undefined && known.sources.length === 0) {
    const steps = known.manual ?? [];
    throw new FetchError(
      'manual',
      `${title}: expected a direct link, but it must be got by hand from ${known.homepage}`,
      {
        steps,
      },
    );
  }
  const work = `${folder}.part`;
  await mkdir(work, { recursive: true });
  try {
    return await withLock(work, signal, async () => {
      // Whoever held the lock before may have done it all.
      if (await isThere(folder, known, categories)) return { folder, reused: true, record: undefined };
      const files =
        from === undefined ? await downloadAll(known, work, options) : await takeAll(known, from, options);
      const tree = join(work, 'tree');
      await rm(tree, { recursive: true, force: true });
      await mkdir(tree);
      try {
        for (const file of files) await lay(file, tree, choose, options);
        const record: FetchedRecord = {
          id: known.id,
          title,
          licence: { name: licence.name, url: licence.url },
          citation,
          categories: categories ?? null,
          files: files.map(({ fetched }) => fetched),
          fetched: new Date().toISOString(),
        };
        await writeFile(recordPath(tree), `${JSON.stringify(record, null, 2)}\n`);
        await rename(tree, folder);
        // Not the lock, which whoever waits for it still looks at.
        for (const { path, fetched } of files) if (fetched.url !== null) await rm(path);
        return { folder, reused: false, record };
      } catch (error) {
        await rm(tree, { recursive: true, force: true });
        throw error;
      }
    });
  } catch (error) {
    throw explainDisk(error, work);
  } finally {
    // Downloads that are not whole stay, to be gone on with; an empty folder is of no use to anyone.
    await rmdir(work).catch(() => undefined);
  }
}

/** A file on the disk, verified. */
interface Taken {
  readonly path: string;
  readonly archive: DatasetSource['archive'];
  readonly fetched: FetchedFile;
}

async function downloadAll(
  known: KnownDataset,
  work: string,
  options: FetchDatasetOptions,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  const pins = options.pins === undefined ? undefined : new Pins(options.pins, known.id);
  for (const source of known.sources) {
    const url = new URL(source.url);
    const path = join(work, source.file);
    await mkdir(dirname(path), { recursive: true });
    await download(url, path, { ...options, bytes: source.bytes });
    const { bytes, sha256 } = await verify(path, source, { ...options, pins, downloaded: true });
    taken.push({
      path,
      archive: source.archive,
      fetched: { url: shown(url), file: source.file, bytes, sha256 },
    });
  }
  return taken;
}

async function takeAll(
  known: KnownDataset,
  from: readonly string[],
  options: FetchDatasetOptions,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (const path of from) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) {
      throw new DatasetError(
        'root-missing',
        `from: expected a file that was downloaded, found none at ${path}`,
      );
    }
    const file = basename(path);
    const source = known.sources.find((one) => one.file === file);
    const archive = source === undefined ? archiveOf(known, path) : source.archive;
    const { bytes, sha256 } = await verify(path, source ?? { file }, {
      ...options,
      pins: undefined,
      downloaded: false,
    });
    taken.push({ path: resolve(path), archive, fetched: { url: null, file, bytes, sha256 } });
  }
  return taken;
}

/** IDX files are read as they are, gzipped, and a tree of files comes in some archive. */
function archiveOf({ kind, title }: KnownDataset, path: string): DatasetSource['archive'] {
  const archive = archiveKindOf(path);
  if (kind === 'tree' && (archive === undefined || archive === 'gz')) {
    const endings = '.tar, .tar.gz, .tar.xz or .zip';
    throw new DatasetError(
      'invalid-option',
      `from: expected an archive of ${title} (${endings}), received ${path}`,
    );
  }
  return archive === 'gz' && kind === 'idx' ? undefined : archive;
}

/** Puts a file, or what is in it, into the tree. */
async function lay(
  { path, archive, fetched: { file, url } }: Taken,
  tree: string,
  choose: Choose,
  { limits, signal, onEvent }: FetchDatasetOptions,
): Promise<void> {
  if (archive === undefined) {
    const place = join(tree, file);
    await mkdir(dirname(place), { recursive: true });
    // A second name costs nothing, where the file system knows such; but what the user has stays the user's alone.
    if (url === null) await copyFile(path, place);
    else await link(path, place).catch(() => copyFile(path, place));
    return;
  }
  const unpacked = `${tree}.unpacked`;
  await rm(unpacked, { recursive: true, force: true });
  await extractArchive(path, unpacked, {
    kind: archive,
    choose,
    ...(limits && { limits }),
    ...(signal && { signal }),
    onProgress: (files) => onEvent?.({ type: 'extract', file, files }),
  });
  try {
    for (const name of await readdir(unpacked)) {
      const place = join(tree, name);
      if (await isThereAt(place)) {
        throw new DatasetError(
          'exists',
          `expected every name in one archive only, found ${name} in ${file} too`,
        );
      }
      await rename(join(unpacked, name), place);
    }
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** Whether the dataset is there already, with the categories wanted. */
async function isThere(
  folder: string,
  { id }: KnownDataset,
  categories: readonly string[] | undefined,
): Promise<boolean> {
  if (!(await isThereAt(folder))) return false;
  const record = await readRecord(folder);
  const has = (name: string) => record?.categories?.includes(name) ?? true;
  if (record?.id === id && (record.categories === null || categories?.every(has) === true)) return true;
  // An empty folder was perhaps made for it.
  if (await rmdir(folder).then(yes, no)) return false;
  const what =
    record === undefined
      ? 'something else'
      : `${record.id} with ${record.categories?.join(', ') ?? 'all categories'}`;
  throw new DatasetError('exists', `folder: expected none or an empty one, found ${what} in ${folder}`);
}

const yes = (): boolean => true;
const no = (): boolean => false;

const isThereAt = (path: string): Promise<boolean> => stat(path).then(yes, no);

/** Leaves out other categories: their folders stand at the top of an archive, or below its one folder. */
function chooserOf(known: KnownDataset, wanted: readonly string[] | undefined): Choose {
  if (wanted === undefined) return () => true;
  if (known.kind !== 'tree' || known.categories.length === 0) {
    throw new DatasetError(
      'invalid-option',
      `categories: expected none for ${known.title}, received ${wanted.join(', ')}`,
    );
  }
  for (const name of wanted) {
    if (known.categories.includes(name)) continue;
    throw new DatasetError(
      'category-unknown',
      `categories: expected some of ${known.categories.join(', ')}, received ${name}`,
    );
  }
  return (parts) => {
    const category = parts.slice(0, 2).find((part) => known.categories.includes(part));
    return category === undefined || wanted.includes(category);
  };
}

function explainDisk(error: unknown, work: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  const message = `expected room on the disk of ${work}, which is full; what was downloaded is gone on with`;
  return new FetchError('disk-full', message, { cause: error });
}
