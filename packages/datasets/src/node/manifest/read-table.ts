import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { CsvError, parse } from 'csv-parse';
import { DatasetError } from '../../errors';
import { unreadable } from '../unreadable';

/** A line of a table: cells by the name of their column, in lower case; empty cells are left out. */
export interface TableRow {
  /** Counted from 1. */
  readonly line: number;
  /** Trimmed. */
  readonly cells: ReadonlyMap<string, string>;
}

/** Above any path that a system takes. */
const LONGEST_RECORD = 2 ** 16;

/**
 * Reads a CSV file with a header, or a file of JSON lines where its name ends in `.jsonl` or `.ndjson`, a line at a time.
 *
 * @param columns Of these every CSV header must have all. JSON has no header; whoever needs a field asks for it.
 * @throws DatasetError `manifest`, naming the line; `unreadable`.
 */
export async function* readTable(path: string, columns: readonly string[]): AsyncGenerator<TableRow> {
  try {
    if (/\.(jsonl|ndjson)$/i.test(path)) yield* readJsonLines(path);
    else yield* readCsv(path, columns);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    if (error instanceof CsvError) throw wrongLine(path, undefined, `CSV, received ${error.message}`);
    throw unreadable(path, error);
  }
}

async function* readCsv(path: string, columns: readonly string[]): AsyncGenerator<TableRow> {
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: LONGEST_RECORD,
    skip_empty_lines: true,
    trim: true,
  });
  const source = createReadStream(path);
  // A pipe does not pass errors on.
  source.on('error', (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  for await (const item of source.pipe(parser)) {
    const { record, line } = csvRecord(item);
    if (header === undefined) {
      header = record.map((name) => name.toLowerCase());
      for (const column of columns) {
        if (!header.includes(column)) {
          const found = header.join(', ');
          throw wrongLine(
            path,
            line,
            `the columns ${columns.join(', ')}, received ${found} without ${column}`,
          );
        }
      }
      continue;
    }
    const cells = new Map<string, string>();
    for (const [index, name] of header.entries()) {
      const cell = record[index];
      if (cell !== undefined && cell !== '') cells.set(name, cell);
    }
    yield { line, cells };
  }
  if (header === undefined)
    throw wrongLine(path, 1, `the columns ${columns.join(', ')}, received an empty file`);
}

/** What csv-parse gives where `info` is asked for, which its types leave open. */
function csvRecord(item: unknown): { record: readonly string[]; line: number } {
  if (typeof item === 'object' && item !== null && 'record' in item && 'info' in item) {
    const { record, info } = item;
    const isRecord = Array.isArray(record) && record.every((cell) => typeof cell === 'string');
    if (isRecord && typeof info === 'object' && info !== null && 'lines' in info) {
      return { record, line: Number(info.lines) };
    }
  }
  throw new TypeError('csv-parse: expected a record with its line');
}

async function* readJsonLines(path: string): AsyncGenerator<TableRow> {
  const source = createReadStream(path, 'utf8');
  const lines = createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY });
  // The iterator of lines knows nothing of a file that cannot be read.
  const failed = new Promise<never>((_, reject) => source.once('error', reject));
  failed.catch(() => {});
  const iterator = lines[Symbol.asyncIterator]();
  let line = 0;
  for (;;) {
    const next = await Promise.race([iterator.next(), failed]);
    if (next.done === true) break;
    line += 1;
    const text = next.value.replace(/^\uFEFF/, '').trim();
    if (text !== '') yield { line, cells: jsonCells(path, line, text) };
  }
}

function jsonCells(path: string, line: number, text: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrongLine(path, line, `a JSON object, received ${text.slice(0, 60)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongLine(path, line, `a JSON object, received ${text.slice(0, 60)}`);
  }
  const cells = new Map<string, string>();
  for (const [name, cell] of Object.entries(value)) {
    if (typeof cell === 'string' || typeof cell === 'number') {
      if (cell !== '') cells.set(name.toLowerCase(), String(cell).trim());
    }
  }
  return cells;
}

/** What is wrong with a line of a table. */
export function wrongLine(path: string, line: number | undefined, rest: string): DatasetError {
  const where = line === undefined ? path : `${path}, line ${line}`;
  return new DatasetError('manifest', `${where}: expected ${rest}`);
}
