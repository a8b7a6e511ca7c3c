import { createReadStream } from 'node:fs';
import { UsageError } from '../errors';

/** Some thirty times what a configuration has; a pipe or a device may never end. */
const MOST_BYTES = 64 * 1024;

/**
 * The text of a configuration file.
 *
 * @throws UsageError that names the file, when it is not there, not text in UTF-8, or longer than any configuration is.
 */
export async function readConfigFile(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--config: expected a readable file, received ${path}: ${reason}`);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > MOST_BYTES) {
    throw new UsageError(`${path}: expected a configuration of at most ${MOST_BYTES} bytes, received more`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path}: expected text in UTF-8, received other bytes`);
  }
}
