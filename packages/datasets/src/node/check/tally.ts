/** Counts things by name. */
export class Tally<T> {
  readonly #counts = new Map<string, { readonly what: T; images: number }>();

  add(name: string, what: T): void {
    const counted = this.#counts.get(name);
    if (counted === undefined) this.#counts.set(name, { what, images: 1 });
    else counted.images += 1;
  }

  /** The most frequent first; of equals, the one that came first. */
  ranked(): { readonly what: T; readonly images: number }[] {
    return [...this.#counts.values()].sort((a, b) => b.images - a.images);
  }
}
