import { unusable } from '../weights-error';

/** Waits for what a server does, but not for ever, and no longer than the caller wants it. */
export class Patience {
  readonly #controller = new AbortController();
  readonly #stop = () => this.#controller.abort(this.outer?.reason);

  /** @param seconds for each thing that is waited for. */
  constructor(
    readonly url: string,
    readonly seconds: number,
    readonly outer: AbortSignal | undefined,
  ) {
    if (outer?.aborted) this.#stop();
    else outer?.addEventListener('abort', this.#stop);
  }

  /** For what can be told to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The result, or a rejection as soon as it took too long or is no longer wanted. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    let stopped = () => {};
    const end = new Promise<never>((_, reject) => {
      stopped = () => reject(signal.reason);
      if (signal.aborted) stopped();
      else signal.addEventListener('abort', stopped);
    });
    const late = unusable('unreachable', `${this.url}, received nothing for ${this.seconds} s`, this.url);
    const timer = setTimeout(() => this.#controller.abort(late), 1000 * this.seconds);
    try {
      return await Promise.race([work, end]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopped);
    }
  }

  /** Frees what it holds of the caller's signal. */
  end(): void {
    this.outer?.removeEventListener('abort', this.#stop);
  }
}
