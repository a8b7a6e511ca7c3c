import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ImageBatch } from '@utad/core';
import { normalizedScore, type Thresholds } from '@utad/detector';
import type { ScoredRegion } from '@utad/eval';
import { entryType, makeFolders, readPlainFile, writeFileAtomic, writtenPath } from '@utad/files/node';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { type PipelineError, usageError } from '../errors';
import type { PixelData } from '../images-from';
import { toCsv } from './csv';

/** An image to look at, and where what is written of it goes. */
export interface PredictInput {
  /** Its path, or a name for what has none. */
  readonly path: string;
  /** What is decoded, where it is no file. */
  readonly content?: Uint8Array | Blob | ImageBatch | PixelData;
  /** Null where nothing is written. */
  readonly map: string | null;
  /** Likewise, for the picture with what was found. */
  readonly overlay: string | null;
  /** Likewise, for the raw map. */
  readonly tiff: string | null;
}

/** What a detector says of one image file. */
export interface PredictedItem {
  /** As it was given, or found in a folder. */
  readonly path: string;
  /** Higher is more anomalous; null where the image could not be read. */
  readonly score: number | null;
  /** 0.5 at the threshold. */
  readonly normalizedScore: number | null;
  /** Whether the score reaches the threshold. */
  readonly anomalous: boolean | null;
  /** In pixels of the image file; the highest peak first. */
  readonly regions: readonly ScoredRegion[];
  /** Path of the heat map; null where none was asked for. */
  readonly map: string | null;
  /** Path of the overlay. */
  readonly overlay: string | null;
  /** Path of the raw values at the size of the image file. */
  readonly tiff: string | null;
  /** Why there is no answer, or a file of it is missing; null where all is there. */
  readonly error: string | null;
}

const COLUMNS = [
  'path',
  'score',
  'normalizedScore',
  'anomalous',
  'regions',
  'map',
  'overlay',
  'tiff',
  'error',
  'boxes',
] as const;

/** Items as a table (CSV), a line for each image. Regions are counted, and stand in `boxes` as JSON. */
export function predictionsCsv(items: readonly PredictedItem[]): string {
  return toCsv(COLUMNS, items.map(rowOf));
}

function rowOf(item: PredictedItem) {
  const judged = item.score !== null;
  return {
    ...item,
    regions: judged ? item.regions.length : null,
    boxes: judged ? JSON.stringify(item.regions.map(({ box, ...region }) => ({ ...box, ...region }))) : null,
  };
}

const lineOf = (item: PredictedItem): string => toCsv(COLUMNS, [rowOf(item)], { header: false });
const HEADER = predictionsCsv([]);

/** A million images and more. */
const MOST_BYTES = 2 ** 29;

/**
 * A table of predictions that grows as they come: `<path>.partial` until all are there. What a process leaves behind that is
 * ended in any way is a table of whole rows, and perhaps half of one.
 */
export class PredictionTable {
  private lines: string[] = [];

  private constructor(
    /** Where the table goes in the end. */
    readonly path: string,
    /** Where it grows. */
    readonly partial: string,
    private readonly file: FileHandle,
    private bytes: number,
    private readonly earlier: EarlierRows | undefined,
  ) {}

  /**
   * Opens the table, or says why it cannot be written.
   *
   * @param resume Goes on with the rows that another process left, in the unfinished table or the whole one.
   * @throws FileError where something is there that is no file; PipelineError `usage` where it is another table; the system's
   *   error where it cannot be written.
   */
  static async open(named: string, { resume }: { readonly resume: boolean }): Promise<PredictionTable> {
    const path = await writtenPath(named);
    const partial = await writtenPath(`${path}.partial`);
    makeFolders(dirname(path));
    // Only to see whether it may be written: what is there stays until the end.
    if ((await entryType(path)) !== undefined) await (await open(path, 'r+')).close();
    const continued = (await entryType(partial)) !== undefined;
    const text = resume ? await earlierText(continued ? partial : path) : '';
    const earlier = resume ? new EarlierRows(text, named) : undefined;
    const begin = text === '' ? HEADER : text;
    const bytes = Buffer.byteLength(begin);
    if (resume && continued && text !== '') {
      const file = await open(partial, 'r+');
      await file.truncate(bytes);
      return new PredictionTable(path, partial, file, bytes, earlier);
    }
    const file = await open(partial, 'w');
    try {
      await file.writeFile(begin);
    } catch (error) {
      await file.close();
      await rm(partial, { force: true });
      throw error;
    }
    return new PredictionTable(path, partial, file, bytes, earlier);
  }

  /** What another process found of an image, where its row is whole and its files are there. */
  async find(input: PredictInput, thresholds: Thresholds): Promise<PredictedItem | undefined> {
    const item = await this.earlier?.take(input, thresholds);
    if (item !== undefined) this.lines.push(lineOf(item));
    return item;
  }

  /** Adds a row; on a full disk no half of it. */
  async add(item: PredictedItem): Promise<void> {
    const line = Buffer.from(lineOf(item));
    try {
      let written = 0;
      while (written < line.length) {
        const rest = line.length - written;
        written += (await this.file.write(line, written, rest, this.bytes + written)).bytesWritten;
      }
    } catch (error) {
      await this.file.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += line.length;
    this.lines.push(line.toString());
  }

  /** Puts the whole table in its place, its rows in the order of the images. */
  async finish(): Promise<void> {
    if (this.earlier === undefined) {
      await this.file.sync();
      await this.file.close();
      await rename(this.partial, this.path);
      return;
    }
    // Images that failed before have two rows now, the later one out of its order.
    await writeFileAtomic(this.path, HEADER + this.lines.join(''));
    await this.file.close();
    await rm(this.partial, { force: true });
  }

  /** Ends the work on it; what is there stays. */
  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }
}

/** Whole rows of a table; empty where there is none. */
async function earlierText(path: string): Promise<string> {
  if ((await entryType(path)) === undefined) return '';
  const text = Buffer.from(await readPlainFile(path, MOST_BYTES)).toString();
  // A line end between quotes belongs to a cell.
  let end = text.length;
  for (;;) {
    end = text.lastIndexOf('\r\n', end - 1);
    if (end < 0) return '';
    if (isOutsideQuotes(text, end)) return text.slice(0, end + 2);
    if (end === 0) return '';
  }
}

function isOutsideQuotes(text: string, end: number): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0 && at < end; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 0;
}

const number = z.string().min(1).transform(Number).pipe(z.number());
const regions = z.array(
  z.strictObject({
    ...{ x: z.number(), y: z.number(), width: z.number(), height: z.number() },
    ...{ area: z.number(), peak: z.number() },
  }),
);
const judgedRow = z.object({
  score: number,
  normalizedScore: number,
  anomalous: z.enum(['true', 'false']).transform((word) => word === 'true'),
  error: z.literal(''),
  boxes: z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(regions)
    .transform((all) => all.map(({ area, peak, ...box }): ScoredRegion => ({ box, area, peak }))),
});

/** Rows that another process wrote, by the image that each is of and the files that were written of it. */
class EarlierRows {
  private readonly rows = new Map<string, Readonly<Record<string, string>>[]>();

  /** @throws PipelineError `usage` where it is no table of predictions. */
  constructor(
    text: string,
    private readonly name: string,
  ) {
    if (text !== '' && !text.startsWith(HEADER)) throw this.refusal('expected a table of predictions');
    for (const cells of rowsOf(text).slice(1)) {
      const row = Object.fromEntries(COLUMNS.map((column, index) => [column, cells[index] ?? '']));
      const key = keyOf([row.path, row.map, row.overlay, row.tiff]);
      this.rows.set(key, [...(this.rows.get(key) ?? []), row]);
    }
  }

  /** Each row once: the same image may have been asked for twice. */
  async take(
    { path, map, overlay, tiff }: PredictInput,
    thresholds: Thresholds,
  ): Promise<PredictedItem | undefined> {
    // As the cells of the table are, where some texts have an apostrophe before them.
    const written = rowsOf(toCsv(['a', 'b', 'c', 'd'], [{ a: path, b: map, c: overlay, d: tiff }]))[1] ?? [];
    const rows = this.rows.get(keyOf(written));
    const found = rows?.findIndex(({ error }) => error === '') ?? -1;
    const row = found < 0 ? undefined : rows?.splice(found, 1)[0];
    if (row === undefined || !(await areThere([map, overlay, tiff]))) return undefined;
    const read = judgedRow.safeParse(row);
    if (!read.success) throw this.refusal(`expected a table of predictions, received another row of ${path}`);
    const { score, normalizedScore: normalized, anomalous, boxes } = read.data;
    const same =
      normalized === normalizedScore(score, thresholds.image) && anomalous === score >= thresholds.image;
    if (!same) throw this.refusal('expected a table of the same detector, received other thresholds');
    return {
      path,
      score,
      normalizedScore: normalized,
      anomalous,
      regions: boxes,
      map,
      overlay,
      tiff,
      error: null,
    };
  }

  private refusal(what: string): PipelineError {
    return usageError(`${what}, to go on with ${this.name}`, 'resume');
  }
}

const keyOf = (cells: readonly (string | undefined)[]): string => JSON.stringify(cells);

function rowsOf(text: string): string[][] {
  const rows: unknown = parse(text, { record_delimiter: '\r\n', relax_column_count: true });
  return z.array(z.array(z.string())).parse(rows);
}

async function areThere(paths: readonly (string | null)[]): Promise<boolean> {
  for (const path of paths) {
    if (path !== null && (await entryType(path)) !== 'file') return false;
  }
  return true;
}
