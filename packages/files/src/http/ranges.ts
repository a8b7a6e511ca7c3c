import {
  type ByteRange,
  type FileAnswer,
  HttpError,
  type HttpOptions,
  requestFile,
  withoutQuery,
  withRetries,
} from './request';

/** Where the bytes that come are kept, so that those which came need not come again. */
export interface Part {
  /** How many are kept. */
  readonly length: number;
  /**
   * Says of what the bytes are to be. What is kept of anything else is let go.
   *
   * @param state undefined where a server tells no state of the file from another: then nothing can be gone on with.
   */
  begin(state: string | undefined): Promise<void>;
  /** Keeps more. */
  append(chunk: Uint8Array): Promise<void>;
  /** All of them. */
  bytes(): Promise<Uint8Array>;
  /** Nothing more comes for now: what was kept is safe when this resolves. */
  close(): Promise<void>;
}

/** Keeps what comes in memory: for one call, and for browsers, whose own cache does the rest. */
export function memoryPart(): Part {
  let kept: string | undefined;
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    begin: async (state) => {
      if (state !== undefined && state === kept) return;
      kept = state;
      chunks = [];
      length = 0;
    },
    append: async (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
    },
    bytes: async () => joined(chunks),
    close: async () => {},
  };
}

/**
 * Fetches parts of a file. A connection that breaks or a server that fails is tried again, and goes on where it stopped;
 * a file that changes meanwhile is begun anew. Where the server knows no ranges, all come out of one answer.
 *
 * @param plan says which parts, from what the file is; its ranges are in ascending order.
 * @param part where to keep what comes.
 * @returns the plan, and the bytes of its ranges one after the other.
 * @throws HttpError the last one, when it does not work; `size` where the server does not say how long a file of more than 64
 *   MiB is.
 *   What `plan` throws passes through.
 */
export async function fetchRanges<T extends { readonly ranges: readonly ByteRange[] }>(
  url: URL,
  plan: (file: RemoteFile) => Promise<T>,
  part: Part = memoryPart(),
  options: HttpOptions = {},
): Promise<{ readonly plan: T; readonly bytes: Uint8Array }> {
  const about = { url: withoutQuery(url) };
  const attempt = async () => {
    const file = await RemoteFile.open(url, options);
    const planned = await plan(file);
    const totalBytes = planned.ranges.reduce((sum, { begin, end }) => sum + end - begin, 0);
    try {
      await part.begin(stateOf(file, planned.ranges));
      if (part.length > 0) options.onEvent?.({ type: 'resume', ...about, bytes: part.length, totalBytes });
      for await (const chunk of file.stream(planned.ranges, part.length)) {
        await part.append(chunk);
        options.onEvent?.({ type: 'progress', ...about, bytes: part.length, totalBytes });
      }
    } finally {
      await part.close();
    }
    return { plan: planned, bytes: await part.bytes() };
  };
  // The next state of the file is another one, so that nothing has to be let go here.
  return withRetries({ ...about, attempt, length: () => part.length, restart: async () => {} }, options);
}

/** What the bytes of these ranges belong to. */
function stateOf({ size, validator }: RemoteFile, ranges: readonly ByteRange[]): string | undefined {
  return validator === undefined ? undefined : JSON.stringify({ size, validator, ranges });
}

/** The first request asks for so much, which is the header of most files and the whole of some. */
const HEAD_BYTES = 2 ** 16;

/** So much is read of a file whose length the server does not say, to know it. */
const MOST_UNSAID = 2 ** 26;

/** One state of a file behind a URL. */
export class RemoteFile {
  private constructor(
    /** Where it is. */
    readonly url: URL,
    /** In bytes. */
    readonly size: number,
    /** Tells this state from others, where the server has something that does. */
    readonly validator: string | undefined,
    /** What it begins with: 64 KiB, or all of it. */
    readonly head: Uint8Array,
    private readonly options: HttpOptions,
  ) {}

  /** @throws HttpError, `size` where the server does not say how long a file of more than 64 MiB is. */
  static async open(url: URL, options: HttpOptions): Promise<RemoteFile> {
    let answer = await requestFile(url, { begin: 0, end: HEAD_BYTES }, undefined, options);
    if (answer.size === undefined && answer.partial) {
      // A browser hides the size from pages of other origins, unless all is asked for.
      answer.cancel();
      answer = await requestFile(url, undefined, undefined, options);
    }
    const { size, validator, body } = answer;
    const shown = withoutQuery(url);
    if (size === undefined) {
      const whole = await collect(upTo(MOST_UNSAID, body));
      if (whole.length <= MOST_UNSAID) return new RemoteFile(url, whole.length, validator, whole, options);
      answer.cancel();
      const message = `expected the length of ${shown}, which the server does not say`;
      throw new HttpError('size', message, shown);
    }
    const head = await collect(pick(body, 0, [{ begin: 0, end: Math.min(HEAD_BYTES, size) }], shown));
    return new RemoteFile(url, size, validator, head, options);
  }

  /** The bytes from `offset` on, as many as asked for. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    return collect(this.stream([{ begin: offset, end: offset + length }], 0));
  }

  /**
   * The bytes of the ranges, one after the other, without the first `skip` of them.
   *
   * @throws HttpError, `changed` when the file behind the URL is another one by now.
   */
  async *stream(ranges: readonly ByteRange[], skip: number): AsyncGenerator<Uint8Array> {
    let left = rest(ranges, skip);
    for (;;) {
      const [first] = left;
      if (first === undefined) return;
      if (first.end <= this.head.length) {
        yield this.head.subarray(first.begin, first.end);
        left = left.slice(1);
        continue;
      }
      const answer = await requestFile(this.url, first, this.validator, this.options);
      this.#expectSame(answer);
      const wanted = answer.partial ? [first] : left;
      yield* pick(answer.body, answer.begin, wanted, withoutQuery(this.url));
      left = left.slice(wanted.length);
    }
  }

  #expectSame({ size, validator, cancel }: FileAnswer): void {
    const same = (size ?? this.size) === this.size && validator === this.validator;
    if (same) return;
    cancel();
    const was = `${this.size} bytes, ${this.validator ?? 'no ETag'}`;
    const is = `${size ?? 'unknown'} bytes, ${validator ?? 'no ETag'}`;
    const shown = withoutQuery(this.url);
    throw new HttpError('changed', `expected ${shown} to stay as it is (${was}), received (${is})`, shown);
  }
}

/** What is left of ranges after so many bytes. */
function rest(ranges: readonly ByteRange[], skip: number): ByteRange[] {
  const left: ByteRange[] = [];
  let before = 0;
  for (const { begin, end } of ranges) {
    const from = Math.max(begin, begin + skip - before);
    if (from < end) left.push({ begin: from, end });
    before += end - begin;
  }
  return left;
}

/** The bytes of the ranges out of a body that begins at `begin`; reading stops at the last one. */
async function* pick(
  body: AsyncIterable<Uint8Array>,
  begin: number,
  ranges: readonly ByteRange[],
  url: string,
): AsyncGenerator<Uint8Array> {
  const last = ranges.at(-1)?.end ?? 0;
  let position = begin;
  for await (const chunk of body) {
    for (const range of ranges) {
      const from = Math.max(range.begin, position);
      const to = Math.min(range.end, position + chunk.length);
      if (from < to) yield chunk.subarray(from - position, to - position);
    }
    position += chunk.length;
    if (position >= last) return;
  }
  if (position >= last) return;
  const message = `expected ${last} bytes of ${url}, but the connection ended after ${position}`;
  throw new HttpError('truncated', message, url);
}

/** The chunks until there are more bytes than that. */
async function* upTo(most: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body) {
    yield chunk;
    length += chunk.length;
    if (length > most) return;
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return joined(parts);
}

/** One array of them all. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
