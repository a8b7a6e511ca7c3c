import type { EvaluatedRun } from './evaluated-run';

/** How {@link chooseImages} chooses, for the reader of the report. */
export const RULE =
  'Of each type of image, good ones included, the one in the middle is shown: ranked within its type by the score of each detector, it has the median of the mean ranks. That favours no detector.';

/** An image of a test set. */
export interface ChosenImage {
  readonly id: string;
  readonly kind: string;
  readonly label: 0 | 1;
}

/**
 * Chooses an image of each type that all runs were tested on: the median by mean rank, the lower of two.
 *
 * @param runs of one category
 * @returns Good ones first, then types by name.
 */
export function chooseImages(runs: readonly EvaluatedRun[]): ChosenImage[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const elsewhere = others.map(({ scores }) => new Set(scores.items.map(({ id }) => id)));
  const shared = first.scores.items.filter(({ id }) => elsewhere.every((ids) => ids.has(id)));
  const kinds = [...new Set(shared.map(({ kind }) => kind))];
  return kinds
    .flatMap((kind) => {
      const images = shared.filter((image) => image.kind === kind);
      const ids = new Set(images.map(({ id }) => id));
      const ranks = new Map<string, number>();
      for (const { scores } of runs) {
        const ranked = scores.items
          .filter(({ id }) => ids.has(id))
          .sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1));
        for (const [rank, { id }] of ranked.entries()) ranks.set(id, (ranks.get(id) ?? 0) + rank);
      }
      const order = images.toSorted(
        (a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1),
      );
      return order[Math.floor((order.length - 1) / 2)] ?? [];
    })
    .map(({ id, kind, label }) => ({ id, kind, label }))
    .sort((a, b) => a.label - b.label || (a.kind < b.kind ? -1 : 1));
}
