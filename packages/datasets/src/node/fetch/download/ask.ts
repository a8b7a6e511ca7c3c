import { FetchError, type FetchProblem } from '../fetch-error';
import { shown } from './shown';

/** What a server sends. */
export interface Answer {
  /** Where in the file the body begins: 0, or what was asked for. */
  readonly begin: number;
  /** Of the whole file; null where the server does not say it. */
  readonly size: number | null;
  /** Tells this state of the file from others; undefined where the server has nothing that does. */
  readonly validator: string | undefined;
  /**
   * Of the body; undefined where there is none. A stream without a reader would be cancelled by Node when the answer that it
   * belongs to is collected as garbage, which looks like a connection that ended.
   */
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/**
 * Asks for a file from a byte on. The server may send the whole all the same, above all when it is another file now.
 *
 * @throws FetchError `status`, and `changed` when the part asked for is not there any more.
 */
export async function ask(
  url: URL,
  from: { readonly begin: number; readonly validator: string } | undefined,
  { request, signal }: { readonly request: typeof globalThis.fetch; readonly signal: AbortSignal },
): Promise<Answer> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (from !== undefined) {
    headers.range = `bytes=${from.begin}-`;
    headers['if-range'] = from.validator;
  }
  const response = await request(url, { headers, signal });
  const refuse = (problem: FetchProblem, expected: string, received: string) => {
    // A body that nobody reads would keep its connection busy.
    response.body?.cancel().catch(() => undefined);
    const { status } = response;
    return new FetchError(problem, `expected ${expected}, received ${received}`, { status });
  };
  const { status, statusText, ok } = response;
  const name = shown(url);
  if (status === 416) throw refuse('changed', `the rest of ${name}`, 'that there is none');
  if (!ok) throw refuse('status', name, statusText === '' ? `${status}` : `${status} ${statusText}`);
  if (url.protocol === 'https:' && response.url.startsWith('http:')) {
    throw refuse('status', `${name} over a safe connection`, shown(new URL(response.url)));
  }
  const encoding = response.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw refuse('status', `${name} as it is stored`, `it compressed (${encoding})`);
  const validator = validatorOf(response.headers);
  const length = response.headers.get('content-length');
  if (status !== 206) {
    return { begin: 0, size: numberOf(length), validator, reader: response.body?.getReader() };
  }
  const range = response.headers.get('content-range') ?? 'no range';
  const [, begin, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  if (from === undefined || begin !== `${from.begin}`) {
    throw refuse('status', `the bytes of ${name} from ${from?.begin ?? 0} on`, range);
  }
  return { begin: from.begin, size: numberOf(total), validator, reader: response.body?.getReader() };
}

function numberOf(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** Only what promises equality byte by byte will do: a weak tag promises less. */
function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return headers.get('last-modified') ?? undefined;
}
