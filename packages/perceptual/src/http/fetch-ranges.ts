import type { ByteRange } from '../safetensors/plan';
import { WeightsError } from '../weights-error';
import type { HttpOptions } from './events';
import { RemoteFile } from './remote-file';
import { shown } from './shown';

/** Where the bytes that come are kept, so that those which came need not come again. */
export interface Part {
  /** How many are kept. */
  readonly length: number;
  /**
   * Says of what the bytes are to be. What is kept of anything else is let go.
   *
   * @param of undefined where a server tells no state of the file from another: then nothing can be gone on with.
   */
  begin(of: string | undefined): Promise<void>;
  append(chunk: Uint8Array): Promise<void>;
  /** All of them. */
  bytes(): Uint8Array;
}

/** How often a file may change under our hands. */
const MOST_RESTARTS = 2;

/** The first pause before another attempt, in seconds; each is twice the one before. */
const FIRST_PAUSE = 0.5;

/**
 * Fetches parts of a file. A connection that breaks or a server that fails is tried again, and goes on where it stopped;
 * a file that changes meanwhile is begun anew.
 *
 * @param plan says which parts, from what the file is.
 * @throws WeightsError the last one, when it does not work.
 */
export async function fetchRanges<T extends { readonly ranges: readonly ByteRange[] }>(
  url: URL,
  plan: (file: RemoteFile) => Promise<T>,
  part: Part,
  options: HttpOptions,
): Promise<{ readonly plan: T; readonly bytes: Uint8Array }> {
  const { signal, retries = 4, onEvent } = options;
  const about = { url: shown(url) };
  let failures = 0;
  let restarts = 0;
  let most = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const file = await RemoteFile.open(url, options);
      const planned = await plan(file);
      const totalBytes = planned.ranges.reduce((sum, { begin, end }) => sum + end - begin, 0);
      await part.begin(stateOf(file, planned.ranges));
      if (part.length > 0) onEvent?.({ type: 'resume', ...about, bytes: part.length, totalBytes });
      for await (const chunk of file.stream(planned.ranges, part.length)) {
        await part.append(chunk);
        onEvent?.({ type: 'progress', ...about, bytes: part.length, totalBytes });
      }
      return { plan: planned, bytes: part.bytes() };
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof WeightsError)) throw error;
      if (error.problem === 'changed' && restarts < MOST_RESTARTS) {
        restarts += 1;
        onEvent?.({ type: 'restart', ...about, reason: error.message });
        continue;
      }
      if (part.length > most) failures = 0;
      most = Math.max(most, part.length);
      if (!passing(error) || failures >= retries) throw error;
      const seconds = FIRST_PAUSE * 2 ** failures;
      failures += 1;
      onEvent?.({ type: 'retry', ...about, reason: error.message, seconds });
      await pause(seconds, signal);
    }
  }
}

/** What the bytes of these ranges belong to. */
function stateOf({ size, validator }: RemoteFile, ranges: readonly ByteRange[]): string | undefined {
  return validator === undefined ? undefined : JSON.stringify({ size, validator, ranges });
}

/** Whether it may work another time. */
function passing({ problem, status = 0 }: WeightsError): boolean {
  if (problem === 'status') return status >= 500 || status === 408 || status === 429;
  return problem === 'unreachable' || problem === 'truncated';
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, 1000 * seconds);
    signal?.addEventListener('abort', done);
  });
}
