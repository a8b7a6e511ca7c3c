import type { ByteRange } from '../safetensors/plan';
import { unusable, WeightsError, type WeightsProblem } from '../weights-error';
import type { HttpOptions } from './events';
import { Patience } from './patience';
import { shown } from './shown';

/** What a server sends. */
export interface Answer {
  /** Where in the file the body begins. */
  readonly begin: number;
  /** Whether it is the part that was asked for, rather than all. */
  readonly partial: boolean;
  /** Of the whole file, where the server says it. */
  readonly size: number | undefined;
  /** Tells this state of the file from others, where the server has something that does. */
  readonly validator: string | undefined;
  /** The bytes as they come, to be gone through once. To stop early lets go of the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection where the body is not gone through at all. */
  letGo(): void;
}

/** What to ask for. */
interface Question {
  /** The server may send the whole file all the same. */
  readonly range?: ByteRange;
  /** Of the state that the range is wanted of; of any other the server is to send the whole. */
  readonly validator?: string | undefined;
}

/**
 * Asks a server for a file or a part of it.
 *
 * @throws WeightsError `unreachable`, `status`, `unreadable` where there is no such file, and `size` for an answer that is
 *   compressed; the body throws `unreachable` and `truncated`.
 */
export async function ask(url: URL, { range, validator }: Question, options: HttpOptions): Promise<Answer> {
  const { signal, patience = 30 } = options;
  // Called as a plain function: the browser's own refuses to be a method of something else.
  const request = options.fetch ?? globalThis.fetch;
  // Ranges are of the file as it is stored.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (range !== undefined) headers.range = `bytes=${range.begin}-${range.end - 1}`;
  if (range !== undefined && validator !== undefined && !inBrowser()) headers['if-range'] = validator;
  const limit = new Patience(shown(url), patience, signal);
  try {
    const response = await limit.during(request(url, { headers, signal: limit.signal }));
    const head = read(response, range, shown(url));
    const letGo = () => {
      limit.end();
      cancel(response.body);
    };
    return { ...head, body: chunks(response, limit, shown(url)), letGo };
  } catch (cause) {
    limit.end();
    throw failure('unreachable', `an answer from ${shown(url)}, received none`, cause, limit);
  }
}

/**
 * A page would have to ask servers of other origins whether it may send `If-Range`, and few say yes. Without it a file
 * that changed shows in the ETag of the answer alone.
 */
function inBrowser(): boolean {
  return 'document' in globalThis || 'importScripts' in globalThis;
}

/** What the head of an answer says. */
function read(response: Response, range: ByteRange | undefined, url: string): Omit<Answer, 'body' | 'letGo'> {
  const { status, statusText, ok, headers } = response;
  const refuse = (problem: WeightsProblem, expected: string, received: string) => {
    cancel(response.body);
    return unusable(problem, `${expected}, received ${received}`, url, { status });
  };
  if (!ok) {
    const problem = status === 404 || status === 410 ? 'unreadable' : 'status';
    throw refuse(problem, url, statusText === '' ? `${status}` : `${status} ${statusText}`);
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw refuse('size', `${url} as it is stored`, `it compressed (${encoding})`);
  const partial = status === 206;
  const sent = headers.get('content-range');
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(sent ?? '') ?? [];
  if (partial && sent !== null && from !== `${range?.begin}`) {
    throw refuse('status', `the bytes of ${url} from ${range?.begin} on`, sent);
  }
  const size = partial ? total : headers.get('content-length');
  return {
    begin: partial ? (range?.begin ?? 0) : 0,
    partial,
    size: size === undefined || size === null || size === '*' ? undefined : Number(size),
    validator: validatorOf(headers),
  };
}

/** Only what promises equality byte by byte will do: a weak tag promises less. */
function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return headers.get('last-modified') ?? undefined;
}

async function* chunks(response: Response, limit: Patience, url: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    while (reader !== undefined) {
      const { done, value } = await limit.during(reader.read());
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw failure('truncated', `the whole of ${url}, but the connection ended`, cause, limit);
  } finally {
    limit.end();
    cancel(reader);
  }
}

/** A body that nobody reads would keep its connection busy. What cancelling it reports helps no one. */
function cancel(body: { cancel(): Promise<void> } | null | undefined): void {
  body?.cancel().catch(() => {});
}

/** What the caller is told: that it stopped this itself, that patience ended, or what the connection said. */
function failure(problem: WeightsProblem, expected: string, cause: unknown, limit: Patience): unknown {
  if (limit.outer?.aborted) return limit.outer.reason;
  if (cause instanceof WeightsError) return cause;
  return unusable(problem, `${expected}: ${reasonOf(cause)}`, limit.url, { cause });
}

/** Node says `fetch failed` and keeps the reason as the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
