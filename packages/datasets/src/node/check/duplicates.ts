import type { Finding } from './report';

interface Seen {
  readonly id: string;
  /** What it is used as: category, split and kind. */
  readonly use: string;
}

/** Finds images that are there twice, by a hash of their content. */
export class Duplicates {
  readonly #byHash = new Map<string, Seen[]>();

  /** @param use category, split and kind: the same where images are used alike. */
  add(hash: string, id: string, use: string): void {
    const same = this.#byHash.get(hash);
    if (same === undefined) this.#byHash.set(hash, [{ id, use }]);
    else same.push({ id, use });
  }

  findings(): Finding[] {
    const findings: Finding[] = [];
    for (const same of this.#byHash.values()) {
      if (same.length < 2) continue;
      const uses = new Set(same.map(({ use }) => use));
      const paths = same.map(({ id }) => id);
      const named = `${paths.slice(0, 4).join(', ')}${paths.length > 4 ? ` and ${paths.length - 4} more` : ''}`;
      findings.push(
        uses.size > 1
          ? {
              finding: 'duplicate-across',
              wrong: true,
              paths,
              message: `the same image as ${[...uses].join(' and ')}: ${named}`,
            }
          : {
              finding: 'duplicate',
              wrong: false,
              paths,
              message: `the same image ${same.length} times: ${named}`,
            },
      );
    }
    return findings;
  }
}
