import { FetchError } from '../fetch-error';

/** Aborts when the caller wants it, or when nothing has happened for too long. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #stop = () => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout | undefined;

  /** @param seconds without a sign of life. */
  constructor(
    private readonly subject: string,
    private readonly seconds: number,
    outer: AbortSignal | undefined,
  ) {
    this.#outer = outer;
    if (outer?.aborted) this.#stop();
    else outer?.addEventListener('abort', this.#stop);
    this.alive();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something happened: the time begins anew. */
  alive(): void {
    clearTimeout(this.#timer);
    const late = `expected an answer from ${this.subject}, received nothing for ${this.seconds} s`;
    this.#timer = setTimeout(
      () => this.#controller.abort(new FetchError('unreachable', late)),
      1000 * this.seconds,
    );
  }

  /** Lets go of the timer and of the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#stop);
  }
}
