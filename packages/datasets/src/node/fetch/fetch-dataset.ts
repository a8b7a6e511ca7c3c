import { copyFile, link, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { HttpError, type HttpEvent, withoutQuery } from '@utad/files';
import {
  downloadFile,
  expectPlainFile,
  type FileHash,
  hashFile,
  makeFolders,
  PinFile,
  withLock,
} from '@utad/files/node';
import { DatasetError } from '../../errors';
import type { DatasetSource, KnownDataset } from '../../known/known-dataset';
import {
  type DownloadOptions,
  FetchError,
  type FetchedFile,
  type FetchedRecord,
  readRecord,
  recordPath,
} from './events';
import type { ArchiveLimits } from './extract/budget';
import { archiveKindOf, extractArchive } from './extract/extract';
import type { Choose } from './extract/tree-writer';

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
    const message = `${title}: expected its terms to be accepted first (${licence.name}, ${licence.url})`;
    throw new FetchError('licence', message);
  }
  if (from === undefined && known.sources.length === 0) {
    const steps = known.manual ?? [];
    const message = `${title}: expected a direct link, but it must be got by hand from ${known.homepage}`;
    throw new FetchError('manual', message, {
      steps,
    });
  }
  const work = `${folder}.part`;
  makeFolders(work);
  try {
    const whileLocked = async () => {
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
    };
    return await withLock(join(work, '.lock'), whileLocked, { signal });
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
  const pins = options.pins === undefined ? undefined : new PinFile(join(options.pins, `${known.id}.json`));
  for (const source of known.sources) {
    const url = new URL(source.url);
    const path = join(work, source.file);
    makeFolders(dirname(path));
    await download(url, path, source.bytes, options);
    const { bytes, sha256 } = await verify(path, source, { ...options, pins, downloaded: true });
    taken.push({
      path,
      archive: source.archive,
      fetched: { url: withoutQuery(url), file: source.file, bytes, sha256 },
    });
  }
  return taken;
}

/** `downloadFile`, with events and errors that are of datasets. */
async function download(
  url: URL,
  path: string,
  bytes: number | undefined,
  { onEvent, ...options }: DownloadOptions,
): Promise<void> {
  const file = basename(path);
  const report = ({ url: _, ...event }: HttpEvent) => onEvent?.({ ...event, file });
  try {
    await downloadFile(url, path, { ...options, bytes, onEvent: report });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { message, status } = error;
    const code = OF_ANY_FILE.find((one) => one === error.code) ?? 'status';
    throw new FetchError(code, message, { cause: error, ...(status !== undefined && { status }) });
  }
}

/** The others are of what a server sends. */
const OF_ANY_FILE = ['unreachable', 'truncated', 'changed', 'size'] as const;

async function takeAll(
  known: KnownDataset,
  from: readonly string[],
  options: FetchDatasetOptions,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (const path of from) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) {
      const message = `from: expected a file that was downloaded, found none at ${path}`;
      throw new DatasetError('root-missing', message);
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
function archiveOf({ format, title }: KnownDataset, path: string): DatasetSource['archive'] {
  const archive = archiveKindOf(path);
  if (format === 'tree' && (archive === undefined || archive === 'gz')) {
    const endings = '.tar, .tar.gz, .tar.xz or .zip';
    const message = `from: expected an archive of ${title} (${endings}), received ${path}`;
    throw new DatasetError('invalid-option', message);
  }
  return archive === 'gz' && format === 'idx' ? undefined : archive;
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
    makeFolders(dirname(place));
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
        const message = `expected every name in one archive only, found ${name} in ${file} too`;
        throw new DatasetError('exists', message);
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
  if (known.format !== 'tree' || known.categories.length === 0) {
    const message = `categories: expected none for ${known.title}, received ${wanted.join(', ')}`;
    throw new DatasetError('invalid-option', message);
  }
  for (const name of wanted) {
    if (known.categories.includes(name)) continue;
    const message = `categories: expected some of ${known.categories.join(', ')}, received ${name}`;
    throw new DatasetError('category-unknown', message);
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

/** What to compare a file with besides what is cited of it. */
interface VerifyOptions extends Pick<DownloadOptions, 'signal' | 'onEvent'> {
  readonly pins: PinFile | undefined;
  readonly repin?: boolean;
  /** Whether it was downloaded here, so that it may be removed. */
  readonly downloaded: boolean;
}

/** What is known of a file. */
type Expected = Pick<DatasetSource, 'file' | 'bytes' | 'sha256' | 'md5' | 'hashSource'> &
  Partial<Pick<DatasetSource, 'url'>>;

/**
 * Compares a whole file with what is cited of it, else with its first download.
 *
 * @throws FetchError `size`, `hash`; a download that differs from what is cited is removed, for going on with it can never
 *   work. `pinned`; that download stays, to be accepted.
 */
async function verify(path: string, expected: Expected, options: VerifyOptions): Promise<FileHash> {
  const { file, hashSource, url } = expected;
  const { signal, onEvent, pins, repin = false, downloaded } = options;
  await expectPlainFile(path);
  const hash = await hashFile(path, signal);
  const refuse = async (code: 'size' | 'hash', wanted: string, received: string) => {
    if (downloaded) await rm(path, { force: true });
    const source = hashSource === undefined ? '' : `, as ${hashSource} has it`;
    return new FetchError(code, `${file}: expected ${wanted}${source}, received ${received}`);
  };
  if (expected.bytes !== undefined && expected.bytes !== hash.bytes) {
    throw await refuse('size', `${expected.bytes} bytes`, `${hash.bytes}`);
  }
  for (const name of ['sha256', 'md5'] as const) {
    const wanted = expected[name]?.toLowerCase();
    if (wanted !== undefined && wanted !== hash[name])
      throw await refuse('hash', `${name} ${wanted}`, hash[name]);
  }
  const cited = expected.sha256 !== undefined || expected.md5 !== undefined;
  const pin = url === undefined ? undefined : (await pins?.read())?.get(url);
  if (pin !== undefined && pin.sha256 !== hash.sha256 && !repin) {
    const message = `${file}: expected the file of sha256 ${pin.sha256} that came on ${pin.fetched}, received ${hash.sha256}`;
    throw new FetchError('pinned', message);
  }
  if (url !== undefined && pins !== undefined && pin?.sha256 !== hash.sha256) {
    const fetched = new Date().toISOString();
    await pins.add(new Map([[url, { sha256: hash.sha256, bytes: hash.bytes, fetched }]]));
  }
  const against = cited ? 'citation' : pin?.sha256 === hash.sha256 ? 'pin' : 'nothing';
  onEvent?.({ type: 'verified', file, bytes: hash.bytes, sha256: hash.sha256, against });
  return hash;
}
