import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ArchiveError, metered } from './budget';
import type { TreeWriter } from './tree-writer';

/** The kind of file in the upper half of a Unix archive's attributes. */
const KIND = 0o170000;
const FILE = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
const UNIX = 3;
/** Bit 0 of the general purpose flags. */
const ENCRYPTED = 1;

/**
 * Unpacks a zip archive by its directory: plain files and folders, each compared with its size and checksum.
 *
 * @throws ArchiveError
 */
export async function unzip(
  path: string,
  writer: TreeWriter,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { budget } = writer;
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false, strictFileNames: true, validateEntrySizes: true });
    budget.expectEntries(zip.entryCount);
    const entries: Entry[] = [];
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      bytes += entry.uncompressedSize;
      budget.expectMore(bytes);
      entries.push(entry);
    }
    for (const entry of entries) await writeEntry(zip, entry, writer, signal);
  } catch (error) {
    throw explain(error, budget.archive);
  } finally {
    zip?.close();
  }
}

async function writeEntry(
  zip: ZipFile,
  entry: Entry,
  writer: TreeWriter,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { budget } = writer;
  expectPlain(entry, budget.archive);
  if (entry.fileName.endsWith('/')) {
    signal?.throwIfAborted();
    return writer.directory(entry.fileName);
  }
  const content = metered(contentOf(zip, entry), budget, signal);
  return writer.file(entry.fileName, checked(content, entry, budget.archive), entry.uncompressedSize);
}

/** Opened when it is read and no sooner: an error that comes before somebody waits for it would end the process. */
async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  yield* await zip.openReadStreamPromise(entry);
}

function expectPlain(
  { versionMadeBy, externalFileAttributes, fileName, generalPurposeBitFlag }: Entry,
  archive: string,
): void {
  const name = JSON.stringify(fileName);
  const kind = versionMadeBy >>> 8 === UNIX ? (externalFileAttributes >>> 16) & KIND : 0;
  if (kind === LINK) {
    throw new ArchiveError('link', archive, `expected files and folders, received the link ${name}`);
  }
  if (kind !== 0 && kind !== FILE && kind !== FOLDER) {
    const reason = `expected files and folders, received ${name} (mode ${kind.toString(8)})`;
    throw new ArchiveError('device', archive, reason);
  }
  if ((generalPurposeBitFlag & ENCRYPTED) !== 0) {
    throw new ArchiveError('damaged', archive, `expected files without a password, received ${name}`);
  }
}

async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  { crc32: expected, fileName }: Entry,
  archive: string,
): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum === expected) return;
  const reason = `expected the checksum ${hex(expected)} of ${JSON.stringify(fileName)}, received ${hex(checksum)}`;
  throw new ArchiveError('damaged', archive, reason);
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** The library tells what is wrong in words alone. */
function explain(error: unknown, archive: string): unknown {
  if (error instanceof ArchiveError || !(error instanceof Error)) return error;
  if ('syscall' in error || error.name === 'AbortError') return error;
  const { message } = error;
  if (/^(invalid relative path|absolute path|invalid characters in fileName)/.test(message)) {
    const reason = `expected names that stay in their folder, received ${JSON.stringify(message)}`;
    return new ArchiveError('path', archive, reason, { cause: error });
  }
  const reason = `expected a whole zip archive, received a damaged one (${message})`;
  return new ArchiveError('damaged', archive, reason, { cause: error });
}
