import { once } from 'node:events';
import { Parser, type ReadEntry } from 'tar';
import { ArchiveError } from './budget';
import type { TreeWriter } from './tree-writer';

/** As long as any chunk of a stream that is read here. */
const ZEROS = Buffer.alloc(2 ** 18);

/**
 * Unpacks a tar archive as it comes: plain files and folders. Permissions, owners and times are left where they are.
 *
 * @throws ArchiveError
 */
export async function untar(content: AsyncIterable<Uint8Array>, writer: TreeWriter): Promise<void> {
  const name = writer.budget.archive;
  const damaged = (why: string, cause?: unknown) =>
    new ArchiveError('damaged', name, `expected a whole tar archive, received ${why}`, { cause });
  // Strict: what it does not understand is an error, and is not left out.
  const parser = new Parser({ strict: true });
  // The first thing to fail stops reading and writing.
  let failure: unknown;
  let stopped: () => void = () => undefined;
  const stop = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  const fail = (error: unknown) => {
    failure ??= error;
    stopped();
  };
  let current: ReadEntry | undefined;
  let writing: Promise<void> = Promise.resolve();
  // A block of zeros where a header is due; one ends an archive for every program, two for the standard.
  let hasEnd = false;
  let over = false;
  parser.on('error', (error: Error) => fail(damaged(error.message, error)));
  parser.on('ignoredEntry', ({ path }: ReadEntry) =>
    fail(damaged(`a header of ${JSON.stringify(path)} too long`)),
  );
  parser.on('nullBlock', () => {
    hasEnd = true;
  });
  parser.on('eof', () => {
    over = true;
  });
  parser.on('entry', (entry: ReadEntry) => {
    current = entry;
    // What fails goes unread, so that the parser waits, and nothing after it is written.
    writing = writeEntry(entry, writer).catch(fail);
  });
  try {
    let first = true;
    for await (const chunk of content) {
      // The parser would unpack it by itself, uncounted.
      if (first && !looksPlain(chunk)) throw damaged('compressed data');
      first = false;
      if (over) {
        // Zeros fill up the last record, however long that is.
        if (!ZEROS.subarray(0, chunk.length).equals(chunk)) throw damaged('something after its end');
        continue;
      }
      const goesOn = parser.write(Buffer.from(chunk));
      if (!goesOn && failure === undefined) await Promise.race([once(parser, 'drain'), stop]);
      if (failure !== undefined) throw failure;
    }
    const ended = once(parser, 'end');
    // It may come to nothing where something fails, and is then not waited for.
    ended.catch(() => undefined);
    parser.end();
    await Promise.race([ended, stop]);
    await writing;
    if (failure !== undefined) throw failure;
    // Without it an archive that was cut off between two files would pass for whole.
    if (!hasEnd) throw damaged('one without its end');
  } catch (error) {
    // Whoever removes what was written must not find it being written.
    current?.destroy();
    await writing;
    throw error;
  }
}

async function writeEntry(entry: ReadEntry, writer: TreeWriter): Promise<void> {
  const { archive } = writer.budget;
  const named = JSON.stringify(entry.path);
  switch (entry.type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      writer.budget.expectMore(entry.size);
      await writer.file(entry.path, contentOf(entry), entry.size);
      return;
    case 'Directory':
      await writer.directory(entry.path);
      entry.resume();
      return;
    case 'Link':
    case 'SymbolicLink': {
      const reason = `expected files and folders, received the link ${named} to ${JSON.stringify(entry.linkpath ?? '')}`;
      throw new ArchiveError('link', archive, reason);
    }
    default: {
      const reason = `expected files and folders, received ${named} (${entry.type})`;
      throw new ArchiveError('device', archive, reason);
    }
  }
}

/** An entry that was let go before it is read would be waited for without end. */
async function* contentOf(entry: ReadEntry): AsyncGenerator<Uint8Array> {
  if (entry.destroyed) throw new Error('expected the content of a file, received the order to stop');
  yield* entry;
}

/** Not gzip nor Zstandard, which begin with bytes that no file name begins with. */
function looksPlain([first, second]: Uint8Array): boolean {
  return !(first === 0x1f && second === 0x8b) && !(first === 0x28 && second === 0xb5);
}
