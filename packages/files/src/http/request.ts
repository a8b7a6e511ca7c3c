/** Why a file behind a URL cannot be had. */
export type HttpErrorCode =
  /** No answer, or none for too long: no such host, connection refused, a browser that forbids it (CORS). */
  | 'unreachable'
  /** There is no such file: 404 or 410. */
  | 'missing'
  /** Another answer that is no success, or another part than was asked for; `status` has the number. */
  | 'status'
  /** The part that was asked for lies behind the end of the file. */
  | 'range'
  /** The file comes compressed, so that ranges would be of something else. */
  | 'compressed'
  /** The connection ended before the file did. */
  | 'truncated'
  /** The file behind the URL is another one by now. */
  | 'changed'
  /** Fewer or more bytes than are known of the file, or than are allowed. */
  | 'size'
  /** Files behind a URL are not written. */
  | 'read-only';

/** A file behind a URL that cannot be had. One line, in `message`, without the query, which may hold a secret. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    /** What went wrong, for code to branch on. */
    readonly code: HttpErrorCode,
    message: string,
    /** Of the file, or of the folder where no single file is concerned; without the query. */
    readonly url: string,
    { status, ...options }: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(message, options);
    this.status = status;
  }
}

/** What happens while a file is fetched. */
export type HttpEvent =
  /** So many bytes of those wanted are here; of how many is null where the server does not say. */
  | {
      readonly type: 'progress';
      readonly url: string;
      readonly bytes: number;
      readonly totalBytes: number | null;
    }
  /** An earlier attempt has left so many bytes, which need not come again. */
  | {
      readonly type: 'resume';
      readonly url: string;
      readonly bytes: number;
      readonly totalBytes: number | null;
    }
  /** It did not work and is tried again after so many seconds. */
  | { readonly type: 'retry'; readonly url: string; readonly reason: string; readonly seconds: number }
  /** What came so far cannot be gone on with, and is let go. */
  | { readonly type: 'restart'; readonly url: string; readonly reason: string };

/** How files are fetched. */
export interface HttpOptions {
  /** Default the global one. Wrap it to add headers, such as a token. */
  readonly fetch?: typeof globalThis.fetch;
  /** Stops; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How often in a row it is tried again when nothing comes: after half a second, one, two, ... Default 4. */
  readonly retries?: number;
  /** How long a server may say nothing, in seconds. Default 30. */
  readonly patience?: number;
  /** Is told what happens. */
  readonly onEvent?: (event: HttpEvent) => void;
}

/** Bytes of a file. */
export interface ByteRange {
  /** The first. */
  readonly begin: number;
  /** The one behind the last. */
  readonly end: number;
}

/** An answer of success. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Where it came from in the end, behind redirections; empty where that is not known. */
  readonly from: string;
  /** The bytes as they come, to be gone through once. To stop early lets go of the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection: a body that nobody reads would keep it busy. */
  cancel(): void;
}

/** A URL for messages and records: without its query, which may hold a secret. */
export function withoutQuery(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Asks a server once.
 *
 * @throws HttpError `unreachable`, `missing`, `range`, `status`; the body throws `unreachable` and `truncated`. The
 *   signal's reason where it was aborted.
 */
export async function request(
  url: URL,
  headers: Readonly<Record<string, string>>,
  options: Pick<HttpOptions, 'fetch' | 'signal' | 'patience'>,
): Promise<Answer> {
  const { signal, patience = 30 } = options;
  const shown = withoutQuery(url);
  // Called as a plain function: the browser's own refuses to be a method of something else.
  const ask = options.fetch ?? globalThis.fetch;
  const limit = new Patience(shown, patience, signal);
  const failure = (code: HttpErrorCode, expected: string, cause: unknown): unknown => {
    if (signal?.aborted) return signal.reason;
    if (cause instanceof HttpError) return cause;
    return new HttpError(code, `${expected}: ${reasonOf(cause)}`, shown, { cause });
  };
  let response: Response;
  try {
    response = await limit.during(ask(url, { headers: { ...headers }, signal: limit.signal }));
  } catch (cause) {
    limit.end();
    throw failure('unreachable', `expected an answer from ${shown}, received none`, cause);
  }
  // Held from the start: Node cancels a body without a reader when it collects the answer as garbage.
  const reader = response.body?.getReader();
  const cancel = () => {
    limit.end();
    // What cancelling reports helps no one.
    reader?.cancel().catch(() => {});
  };
  const problem = problemOf(response, url);
  if (problem !== undefined) {
    cancel();
    throw problem;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      while (reader !== undefined) {
        const { done, value } = await limit.during(reader.read());
        if (done) return;
        yield value;
      }
    } catch (cause) {
      throw failure('truncated', `expected the whole of ${shown}, but the connection ended`, cause);
    } finally {
      cancel();
    }
  }
  const { status, headers: received, url: from } = response;
  return { status, headers: received, from, body: chunks(), cancel };
}

function problemOf({ ok, status, statusText }: Response, url: URL): HttpError | undefined {
  if (ok) return undefined;
  const shown = withoutQuery(url);
  const code = status === 404 || status === 410 ? 'missing' : status === 416 ? 'range' : 'status';
  const received = statusText === '' ? `${status}` : `${status} ${statusText}`;
  return new HttpError(code, `expected ${shown}, received ${received}`, shown, { status });
}

/** What a server sends of a file as it is stored. */
export interface FileAnswer extends Answer {
  /** Where in the file the body begins. */
  readonly begin: number;
  /** Whether it is the part that was asked for, rather than all. */
  readonly partial: boolean;
  /** Of the whole file, where the server says it. */
  readonly size: number | undefined;
  /** Tells this state of the file from others, where the server has something that does. */
  readonly validator: string | undefined;
}

/**
 * Asks for a file, or a part of it; the server may send the whole all the same.
 *
 * @param range without an end for all from `begin` on.
 * @param validator of the state that the range is wanted of; of any other the server is to send the whole.
 * @throws HttpError as {@link request}, and `compressed`.
 */
export async function requestFile(
  url: URL,
  range: { readonly begin: number; readonly end?: number } | undefined,
  validator: string | undefined,
  options: HttpOptions,
): Promise<FileAnswer> {
  // Ranges are of the file as it is stored.
  const asked: Record<string, string> = { 'accept-encoding': 'identity' };
  if (range !== undefined)
    asked.range = `bytes=${range.begin}-${range.end === undefined ? '' : range.end - 1}`;
  if (range !== undefined && validator !== undefined && !inBrowser()) asked['if-range'] = validator;
  const answer = await request(url, asked, options);
  const { status, headers } = answer;
  const shown = withoutQuery(url);
  const refuse = (code: HttpErrorCode, message: string) => {
    answer.cancel();
    return new HttpError(code, message, shown, { status });
  };
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw refuse('compressed', `expected ${shown} as it is stored, received it compressed (${encoding})`);
  }
  const partial = status === 206;
  // A browser may hide it from pages of other origins.
  const sent = headers.get('content-range');
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(sent ?? '') ?? [];
  if (partial && sent !== null && from !== `${range?.begin}`) {
    throw refuse('status', `expected the bytes of ${shown} from ${range?.begin ?? 0} on, received ${sent}`);
  }
  const size = partial ? total : headers.get('content-length');
  return {
    ...answer,
    begin: partial ? (range?.begin ?? 0) : 0,
    partial,
    size: size !== undefined && size !== null && /^\d+$/.test(size) ? Number(size) : undefined,
    validator: validatorOf(headers),
  };
}

/**
 * A page would have to ask servers of other origins whether it may send `If-Range`, and few say yes. Without it a file
 * that changed shows in the ETag of the answer alone.
 */
function inBrowser(): boolean {
  return 'document' in globalThis || 'importScripts' in globalThis;
}

/** Only what promises equality byte by byte will do: a weak tag promises less. */
function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return headers.get('last-modified') ?? undefined;
}

/** Node says `fetch failed` and keeps the reason as the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}

/** Waits for what a server does, but not for ever, and no longer than the caller wants it. */
class Patience {
  readonly #controller = new AbortController();
  readonly #stop = () => this.#controller.abort(this.outer?.reason);

  /** @param seconds for each thing that is waited for; may be infinite. */
  constructor(
    readonly url: string,
    readonly seconds: number,
    readonly outer: AbortSignal | undefined,
  ) {
    if (outer?.aborted) this.#stop();
    else outer?.addEventListener('abort', this.#stop);
  }

  /** For what can be told to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The result, or a rejection as soon as it took too long or is no longer wanted. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    let stopped = () => {};
    const end = new Promise<never>((_, reject) => {
      stopped = () => reject(signal.reason);
      if (signal.aborted) stopped();
      else signal.addEventListener('abort', stopped);
    });
    const late = () => {
      const message = `expected ${this.url}, received nothing for ${this.seconds} s`;
      this.#controller.abort(new HttpError('unreachable', message, this.url));
    };
    const timer = Number.isFinite(this.seconds) ? setTimeout(late, 1000 * this.seconds) : undefined;
    try {
      return await Promise.race([work, end]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopped);
    }
  }

  /** Frees what it holds of the caller's signal. */
  end(): void {
    this.outer?.removeEventListener('abort', this.#stop);
  }
}

/** How often a file may turn out to be another one. */
const MOST_RESTARTS = 2;

/** The first pause before another attempt, in seconds; each is twice the one before. */
const FIRST_PAUSE = 0.5;

/** What is tried again, for {@link withRetries}. */
interface Retried<T> {
  /** Of the file, without the query, for events. */
  readonly url: string;
  /** Goes on from what is there. */
  attempt(): Promise<T>;
  /** How many bytes are there. As long as more come, attempts are not counted. */
  length(): number;
  /** Lets go of what is there, for the file is another one by now. */
  restart(): Promise<void>;
}

/**
 * Tries again where a connection breaks or a server fails, with growing pauses, and from the beginning where the file
 * changed.
 *
 * @throws HttpError the last one, when it does not work; what is no HttpError at once; the signal's reason.
 */
export async function withRetries<T>(
  { url, attempt, length, restart }: Retried<T>,
  { signal, retries = 4, onEvent }: HttpOptions,
): Promise<T> {
  let failures = 0;
  let restarts = 0;
  let most = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof HttpError)) throw error;
      if (error.code === 'changed' && restarts < MOST_RESTARTS) {
        restarts += 1;
        await restart();
        onEvent?.({ type: 'restart', url, reason: error.message });
        continue;
      }
      if (length() > most) failures = 0;
      most = Math.max(most, length());
      if (!passing(error) || failures >= retries) throw error;
      const seconds = FIRST_PAUSE * 2 ** failures;
      failures += 1;
      onEvent?.({ type: 'retry', url, reason: error.message, seconds });
      await pause(seconds, signal);
    }
  }
}

/** Whether it may work another time. */
function passing({ code, status = 0 }: HttpError): boolean {
  if (code === 'status') return status >= 500 || status === 408 || status === 429;
  return code === 'unreachable' || code === 'truncated';
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
