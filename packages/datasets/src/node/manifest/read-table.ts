import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { expectPlainFile } from '@utad/files/node';
import { type CsvError, parse } from 'csv-parse';
import { DatasetError } from '../../errors';
import { unreadable } from '../paths';

/** A line of a table: cells by the name of their column, in lower case; empty cells are left out. */
export interface TableRow {
  /** Counted from 1. */
  readonly line: number;
  /** Trimmed. */
  readonly cells: ReadonlyMap<string, string>;
}

/** Is told what is wrong with a table. Where it returns, the next line is read. */
export type OnWrong = (error: DatasetError) => void;

/** Goes no further than the first thing that is wrong. */
export const refuse: OnWrong = (error) => {
  throw error;
};

/** Above any path that a system takes. */
const LONGEST_RECORD = 2 ** 16;

/**
 * Reads a CSV file with a header, or a file of JSON lines where its name ends in `.jsonl` or `.ndjson`, a line at a time.
 *
 * @param columns Of these every CSV header must have all. JSON has no header; whoever needs a field asks for it.
 * @param onWrong Is given `manifest`, naming the line. Nothing is read after a header without the columns, or after what is no
 *   CSV: where a quote has no end, nobody knows where lines have theirs. Default: it throws.
 * @throws DatasetError `unreadable`, and what `onWrong` throws.
 */
export async function* readTable(
  path: string,
  columns: readonly string[],
  onWrong: OnWrong = refuse,
): AsyncGenerator<TableRow> {
  try {
    await expectPlainFile(path);
    if (/\.(jsonl|ndjson)$/i.test(path)) yield* readJsonLines(path, onWrong);
    else yield* readCsv(path, columns, onWrong);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw unreadable(path, error);
  }
}

async function* readCsv(
  path: string,
  columns: readonly string[],
  onWrong: OnWrong,
): AsyncGenerator<TableRow> {
  const broken: CsvError[] = [];
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: LONGEST_RECORD,
    // An error would end the stream before the lines ahead of it were seen.
    on_skip: (error) => {
      if (error && broken.length === 0) broken.push(error);
      return undefined;
    },
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
  });
  const source = createReadStream(path);
  // A pipe does not pass errors on.
  source.on('error', (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  try {
    for await (const item of source.pipe(parser)) {
      const { record, line } = csvRecord(item);
      if (line >= Number(broken[0]?.lines ?? Number.POSITIVE_INFINITY)) break;
      if (header === undefined) {
        header = record.map((name) => name.toLowerCase());
        const missing = columns.find((column) => header?.includes(column) === false);
        if (missing === undefined) continue;
        const received = `${header.join(', ')} without ${missing}`;
        onWrong(wrongLine(path, line, `the columns ${columns.join(', ')}, received ${received}`));
        return;
      }
      if (record.length !== header.length) {
        onWrong(wrongLine(path, line, `${header.length} cells as in the header, received ${record.length}`));
        continue;
      }
      const cells = new Map<string, string>();
      for (const [index, name] of header.entries()) {
        const cell = record[index];
        if (cell !== undefined && cell !== '') cells.set(name, cell);
      }
      yield { line, cells };
    }
  } finally {
    // It is not closed with what it is piped into.
    source.destroy();
  }
  const [first] = broken;
  if (first !== undefined) {
    onWrong(wrongLine(path, Number(first.lines), `CSV, received ${first.message}`));
  } else if (header === undefined) {
    onWrong(wrongLine(path, 1, `the columns ${columns.join(', ')}, received an empty file`));
  }
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

async function* readJsonLines(path: string, onWrong: OnWrong): AsyncGenerator<TableRow> {
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
    if (text === '') continue;
    const cells = jsonCells(text);
    if (cells === undefined) onWrong(wrongLine(path, line, `a JSON object, received ${text.slice(0, 60)}`));
    else yield { line, cells };
  }
}

function jsonCells(text: string): Map<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const cells = new Map<string, string>();
  for (const [name, cell] of Object.entries(value)) {
    if (typeof cell === 'string' || typeof cell === 'number') {
      if (cell !== '') cells.set(name.toLowerCase(), String(cell).trim());
    }
  }
  return cells;
}

/** What is wrong with a line of a table. */
export function wrongLine(path: string, line: number, rest: string): DatasetError {
  return new DatasetError('manifest', `${path}, line ${line}: expected ${rest}`);
}
