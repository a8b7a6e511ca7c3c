import type { ByteRange } from '../safetensors/plan';
import { unusable } from '../weights-error';
import { type Answer, ask } from './ask';
import type { HttpOptions } from './events';
import { shown } from './shown';

/** The first request asks for so much, which is the header of most files and the whole of some. */
const HEAD_BYTES = 2 ** 16;

/** One state of a file behind a URL. */
export class RemoteFile {
  private constructor(
    readonly url: URL,
    readonly size: number,
    /** Tells this state from others, where the server has something that does. */
    readonly validator: string | undefined,
    private readonly head: Uint8Array,
    private readonly options: HttpOptions,
  ) {}

  /** @throws WeightsError as {@link ask}, and `size` where the server does not say how long the file is. */
  static async open(url: URL, options: HttpOptions): Promise<RemoteFile> {
    let answer = await ask(url, { range: { begin: 0, end: HEAD_BYTES } }, options);
    if (answer.size === undefined && answer.partial) {
      // A browser hides the size from pages of other origins, unless all is asked for.
      answer.letGo();
      answer = await ask(url, {}, options);
    }
    const { size, validator, body } = answer;
    if (size === undefined) {
      answer.letGo();
      throw unusable('size', `the length of ${shown(url)}, which the server does not say`, shown(url));
    }
    const head = await collect(pick(body, 0, [{ begin: 0, end: Math.min(HEAD_BYTES, size) }], shown(url)));
    return new RemoteFile(url, size, validator, head, options);
  }

  /** Whether it begins like a safetensors file: with a length whose upper bytes are 0, which no JSON has. */
  get looksLikeSafetensors(): boolean {
    return this.head[7] === 0;
  }

  /** The bytes from `offset` on, as many as asked for. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = offset + length;
    return collect(this.stream([{ begin: offset, end }], 0));
  }

  /**
   * The bytes of the ranges, one after the other, without the first `skip` of them. Where the server knows no ranges, all
   * come out of one answer.
   *
   * @throws WeightsError `changed` when the file behind the URL is another one by now, and as {@link ask}.
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
      const answer = await ask(this.url, { range: first, validator: this.validator }, this.options);
      this.#expectSame(answer);
      const wanted = answer.partial ? [first] : left;
      yield* pick(answer.body, answer.begin, wanted, shown(this.url));
      left = left.slice(wanted.length);
    }
  }

  #expectSame({ size, validator, letGo }: Answer): void {
    const same = (size ?? this.size) === this.size && validator === this.validator;
    if (same) return;
    letGo();
    const was = `${this.size} bytes, ${this.validator ?? 'no ETag'}`;
    const is = `${size ?? 'unknown'} bytes, ${validator ?? 'no ETag'}`;
    throw unusable(
      'changed',
      `${shown(this.url)} to stay as it is (${was}), received (${is})`,
      shown(this.url),
    );
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
  throw unusable('truncated', `${last} bytes of ${url}, but the connection ended after ${position}`, url);
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
