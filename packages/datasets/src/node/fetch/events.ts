import type { DatasetLicence } from '../../known/known-dataset';

/** What happens while a dataset is fetched. */
export type FetchEvent =
  /** The terms under which it may be used, before anything is asked for. */
  | {
      readonly type: 'licence';
      readonly title: string;
      readonly licence: DatasetLicence;
      readonly citation: string;
    }
  /** So many bytes of a file are here; how many there will be is null where the server does not say. */
  | {
      readonly type: 'progress';
      readonly file: string;
      readonly bytes: number;
      readonly totalBytes: number | null;
    }
  /** An earlier attempt has left so many bytes, which need not come again. */
  | {
      readonly type: 'resume';
      readonly file: string;
      readonly bytes: number;
      readonly totalBytes: number | null;
    }
  /** It did not work and is tried again after so many seconds. */
  | { readonly type: 'retry'; readonly file: string; readonly reason: string; readonly seconds: number }
  /** What came so far cannot be gone on with, and is let go. */
  | { readonly type: 'restart'; readonly file: string; readonly reason: string }
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

/** How files are downloaded. */
export interface DownloadOptions {
  /** Default the global one. Wrap it to add headers, such as a token. */
  readonly fetch?: typeof globalThis.fetch;
  /** Stops; the promise then rejects with the signal's reason. What came so far is gone on with the next time. */
  readonly signal?: AbortSignal;
  /** How often in a row it is tried again when nothing comes: after half a second, one, two, ... Default 4. */
  readonly retries?: number;
  /** How long a server may say nothing, in seconds. Default 30. */
  readonly patience?: number;
  /** Is told what happens. */
  readonly onEvent?: (event: FetchEvent) => void;
}
