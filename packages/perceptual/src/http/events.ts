/** What happens while a file is fetched. */
export type FetchEvent =
  /** So many bytes of those wanted are here. */
  | { readonly type: 'progress'; readonly url: string; readonly bytes: number; readonly totalBytes: number }
  /** An earlier attempt has left so many bytes, which need not come again. */
  | { readonly type: 'resume'; readonly url: string; readonly bytes: number; readonly totalBytes: number }
  /** It did not work and is tried again after so many seconds. */
  | { readonly type: 'retry'; readonly url: string; readonly reason: string; readonly seconds: number }
  /** The file behind the URL is another one now: what came of the old one is let go. */
  | { readonly type: 'restart'; readonly url: string; readonly reason: string };

/** How files are fetched. */
export interface HttpOptions {
  /** Default the global one. Wrap it to add headers, such as a token. */
  readonly fetch?: typeof globalThis.fetch;
  /** Stops; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How often in a row it is tried again when nothing comes: after half a second, one, two, ... Default 4. */
  readonly retries?: number;
  /** How long a server may say nothing, in seconds. Default 30. */
  readonly patience?: number;
  /** Is told what happens. */
  readonly onEvent?: (event: FetchEvent) => void;
}
