import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One file that a fetched dataset was made of. */
export interface FetchedFile {
  /** Where it came from, without a query; null for a file that was there already. */
  readonly url: string | null;
  /** Its name below the dataset's root. */
  readonly file: string;
  /** Its length. */
  readonly bytes: number;
  /** Of its content, hexadecimal. */
  readonly sha256: string;
}

/** What a fetched dataset is: the content of `fetched.json` in its folder. */
export interface FetchedRecord {
  /** What the command line calls it. */
  readonly id: string;
  /** Its full name. */
  readonly title: string;
  /** Its name and where its terms are. */
  readonly licence: { readonly name: string; readonly url: string };
  /** Authors, title, venue, year. */
  readonly citation: string;
  /** The categories that were kept; null for all. */
  readonly categories: readonly string[] | null;
  /** What it was unpacked from. */
  readonly files: readonly FetchedFile[];
  /** When, in ISO 8601. */
  readonly fetched: string;
}

export const recordPath = (folder: string): string => join(folder, 'fetched.json');

/** Of which dataset, and which categories of it, a folder is; undefined where it is not known to be of any. */
export async function readRecord(
  folder: string,
): Promise<Pick<FetchedRecord, 'id' | 'categories'> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(recordPath(folder), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, categories }: Record<string, unknown> = { ...value };
    if (typeof id !== 'string') return undefined;
    if (!Array.isArray(categories)) return { id, categories: null };
    return { id, categories: categories.filter((name) => typeof name === 'string') };
  } catch {
    return undefined;
  }
}

/** Which known dataset `fetchDataset` put into a folder; undefined where it put none. */
export async function fetchedId(folder: string): Promise<string | undefined> {
  return (await readRecord(folder))?.id;
}
