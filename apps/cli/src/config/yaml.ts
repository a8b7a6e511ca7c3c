import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { UsageError } from '../errors';

/**
 * YAML, of which JSON is a part.
 *
 * @throws UsageError with the line, where the text is neither.
 */
export function parseYaml(text: string, source: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error === undefined) return document.toJS();
  const place = error.linePos?.[0];
  const where = place ? ` line ${place.line}, column ${place.col}` : '';
  const reason = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
  throw new UsageError(`${source}:${where} is not YAML: ${reason}`);
}

export async function readYaml(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--config: expected a readable file, received ${path}: ${reason}`);
  }
  return parseYaml(text, path);
}
