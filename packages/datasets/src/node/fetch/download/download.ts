import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DownloadOptions, FetchEvent } from '../events';
import { FetchError } from '../fetch-error';
import { type Answer, ask } from './ask';
import { PartFile } from './part-file';
import { shown } from './shown';
import { Watchdog } from './watchdog';

/** How often a file may turn out to be another one. */
const MOST_RESTARTS = 2;

/** The first pause before another attempt, in seconds; each is twice the one before. */
const FIRST_PAUSE = 0.5;

/** A file that is longer than any dataset, where nothing says how long it is. */
const MOST_BYTES = 100e9;

/**
 * Downloads a file, unless it is there. What comes is in `<path>.part` until it is whole, and is gone on with after an
 * interruption, by whatever process, where the server can tell one state of the file from another.
 *
 * @param bytes that it has, where that is known: an answer of another length is refused before it comes.
 * @throws FetchError `unreachable`, `status`, `truncated`, `changed`, `size`
 */
export async function download(
  url: URL,
  path: string,
  { bytes, ...options }: DownloadOptions & { readonly bytes?: number | undefined },
): Promise<void> {
  if (await isFile(path)) return;
  const { signal, retries = 4, onEvent } = options;
  const file = basename(path);
  const part = new PartFile(path);
  let failures = 0;
  let restarts = 0;
  let most = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await attempt(url, part, bytes, file, options);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof FetchError)) throw error;
      if (error.problem === 'changed' && restarts < MOST_RESTARTS) {
        restarts += 1;
        await part.drop();
        onEvent?.({ type: 'restart', file, reason: error.message });
        continue;
      }
      if (part.length > most) failures = 0;
      most = Math.max(most, part.length);
      if (!passing(error) || failures >= retries) throw error;
      const seconds = FIRST_PAUSE * 2 ** failures;
      failures += 1;
      onEvent?.({ type: 'retry', file, reason: error.message, seconds });
      await sleep(1000 * seconds, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

async function attempt(
  url: URL,
  part: PartFile,
  expected: number | undefined,
  file: string,
  { fetch: request = globalThis.fetch, signal, patience = 30, onEvent }: DownloadOptions,
): Promise<void> {
  const name = shown(url);
  const left = await part.left(url.href);
  if (left !== undefined && left.size === part.length) return part.finish();
  const watchdog = new Watchdog(name, patience, signal);
  let answer: Answer | undefined;
  try {
    const from = left && { begin: part.length, validator: left.validator };
    answer = await ask(url, from, { request, signal: watchdog.signal });
    const size = answer.size ?? expected ?? null;
    if (expected !== undefined && size !== expected) throw wrongSize(name, expected, size ?? 0);
    await open(answer, part, left, url, onEvent, file);
    if (part.length > 0) onEvent?.({ type: 'resume', file, bytes: part.length, totalBytes: size });
    for await (const chunk of chunksOf(answer.reader)) {
      watchdog.alive();
      await part.append(chunk);
      if (part.length > (size ?? MOST_BYTES)) throw wrongSize(name, size ?? MOST_BYTES, part.length);
      onEvent?.({ type: 'progress', file, bytes: part.length, totalBytes: size });
    }
    if (size !== null && part.length < size) {
      throw new FetchError(
        'truncated',
        `expected ${size} bytes of ${name}, but the connection ended after ${part.length}`,
      );
    }
    await part.finish();
  } catch (error) {
    if (watchdog.signal.aborted) throw watchdog.signal.reason;
    throw explain(error, name, part.length);
  } finally {
    watchdog.end();
    // A body that is not read to its end would keep its connection busy.
    answer?.reader?.cancel().catch(() => undefined);
    await part.close();
  }
}

/** Goes on with what is there where the answer does, and begins anew where it does not. */
async function open(
  { begin, size, validator }: Answer,
  part: PartFile,
  left: { readonly validator: string; readonly size: number | null } | undefined,
  url: URL,
  onEvent: ((event: FetchEvent) => void) | undefined,
  file: string,
): Promise<void> {
  const name = shown(url);
  if (left !== undefined && begin > 0) {
    // Not every server knows `If-Range`.
    const same =
      (validator ?? left.validator) === left.validator && (size ?? left.size) === (left.size ?? size);
    if (same) return part.goOn();
    throw new FetchError('changed', `expected ${name} to stay as it is, received another file`);
  }
  if (left !== undefined) {
    const reason = `expected the rest of ${name}, received all of it: it is another file now, or its server knows no ranges`;
    onEvent?.({ type: 'restart', file, reason });
  }
  await part.begin(validator === undefined ? undefined : { url: url.href, validator, size });
}

async function* chunksOf(reader: Answer['reader']): AsyncGenerator<Uint8Array> {
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function wrongSize(name: string, expected: number, received: number): FetchError {
  return new FetchError('size', `expected ${expected} bytes of ${name}, received ${received} or more`);
}

/** Node says `fetch failed` or `terminated` and keeps the reason as the cause; errors of the disk stay as they are. */
function explain(error: unknown, name: string, bytes: number): unknown {
  if (error instanceof FetchError || !(error instanceof TypeError)) return error;
  const why =
    error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
  return bytes === 0
    ? new FetchError('unreachable', `expected an answer from ${name}, received none: ${why}`, {
        cause: error,
      })
    : new FetchError(
        'truncated',
        `expected the whole of ${name}, but the connection ended after ${bytes} bytes: ${why}`,
        {
          cause: error,
        },
      );
}

/** Whether it may work another time. */
function passing({ problem, status = 0 }: FetchError): boolean {
  if (problem === 'status') return status >= 500 || status === 408 || status === 429;
  return problem === 'unreachable' || problem === 'truncated';
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
