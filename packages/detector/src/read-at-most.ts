/** How {@link readAtMost} ended: all that there was, more than was wanted, or a connection that broke. */
export type ReadOutcome =
  | { readonly end: 'complete' | 'over'; readonly bytes: Uint8Array }
  | { readonly end: 'broken'; readonly bytes: Uint8Array; readonly cause: unknown };

/**
 * Reads the body of an answer, and lets go of it as soon as there is more than `most`: memory never depends on what a
 * server chooses to send.
 */
export async function readAtMost(
  body: ReadableStream<Uint8Array> | null,
  most: number,
): Promise<ReadOutcome> {
  if (body === null) return { end: 'complete', bytes: new Uint8Array() };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { end: 'complete', bytes: joined(chunks, length) };
      chunks.push(value);
      length += value.length;
      if (length > most) {
        // What cancelling reports is of no use to anyone: the bytes are not wanted any more.
        reader.cancel().catch(() => {});
        return { end: 'over', bytes: joined(chunks, length) };
      }
    }
  } catch (cause) {
    return { end: 'broken', bytes: joined(chunks, length), cause };
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
