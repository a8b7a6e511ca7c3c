import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpEvent, HttpOptions } from '@utad/files';
import type { DatasetLicence } from '../../known/known-dataset';

/** What happens while a file is downloaded: as `HttpEvent`, with the name of the file in place of its URL. */
export type DownloadEvent<Event = HttpEvent> = Event extends HttpEvent
  ? Omit<Event, 'url'> & { readonly file: string }
  : never;

/** What happens while a dataset is fetched. */
export type FetchEvent =
  /** The terms under which it may be used, before anything is asked for. */
  | {
      readonly type: 'licence';
      readonly title: string;
      readonly licence: DatasetLicence;
      readonly citation: string;
    }
  | DownloadEvent
  /** A file is whole, and was compared with a cited hash, with its first download, or with nothing, being the first. */
  | {
      readonly type: 'verified';
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly against: 'citation' | 'pin' | 'nothing';
    }
  /** So many files of an archive are unpacked. */
  | { readonly type: 'extract'; readonly file: string; readonly files: number };

/** How files are downloaded. What came before a stop is gone on with the next time. */
export interface DownloadOptions extends Omit<HttpOptions, 'onEvent'> {
  /** Is told what happens. */
  readonly onEvent?: (event: FetchEvent) => void;
}

/** The known ways in which a dataset cannot be fetched; see {@link FetchError}. */
export type FetchErrorCode =
  /** The terms of the dataset must be accepted first; `licence` has them. */
  | 'licence'
  /** There is no direct link; `steps` has what to do by hand. */
  | 'manual'
  /** A server cannot be reached, or says nothing for too long. */
  | 'unreachable'
  /** A server answers with an error or with something else than was asked for; `status` has the number. */
  | 'status'
  /** A connection ended before the file did. */
  | 'truncated'
  /** The file behind a URL changes again and again while it is downloaded. */
  | 'changed'
  /** A file is shorter or longer than is known of it, or than is allowed. */
  | 'size'
  /** A file has another hash than its source is cited to have. */
  | 'hash'
  /** A file is not the one that the first download brought. */
  | 'pinned'
  /** The disk is full. */
  | 'disk-full';

/** What else a {@link FetchError} knows. */
export interface FetchErrorOptions extends ErrorOptions {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** What to do by hand. */
  readonly steps?: readonly string[];
}

/** A dataset cannot be fetched. One line; `code` says which of the known ways it failed. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
  /** What to do by hand, where the code is `manual`; else empty. */
  readonly steps: readonly string[];

  constructor(
    /** Which of the known ways, for code to branch on. */
    readonly code: FetchErrorCode,
    message: string,
    options: FetchErrorOptions = {},
  ) {
    super(message, options);
    this.status = options.status;
    this.steps = options.steps ?? [];
  }
}

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
