import type { EvaluatedImage } from '@utad/detector';

const MOST = 6;
const LEAST = 4;

/**
 * Chooses the images that a report shows: the most and the least anomalous ones, the good image and the anomalous one
 * that are ranked most wrongly, and a good one in any case.
 *
 * @returns Indices of `items`, the most anomalous first.
 */
export function chooseImages(items: readonly EvaluatedImage[]): number[] {
  const ranked = items.map((_, index) => index).sort((a, b) => scoreAt(items, b) - scoreAt(items, a));
  const chosen = new Set([...ranked.slice(0, MOST), ...ranked.slice(-LEAST)]);
  const good = ranked.filter((index) => items[index]?.label === 0);
  const anomalous = ranked.filter((index) => items[index]?.label === 1);
  const [worstGood] = good;
  const worstAnomalous = anomalous.at(-1);
  if (worstGood !== undefined) chosen.add(worstGood);
  if (worstAnomalous !== undefined) chosen.add(worstAnomalous);
  return ranked.filter((index) => chosen.has(index));
}

function scoreAt(items: readonly EvaluatedImage[], index: number): number {
  return items[index]?.score ?? Number.NEGATIVE_INFINITY;
}
