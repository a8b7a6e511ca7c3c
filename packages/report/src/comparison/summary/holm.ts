/**
 * p values corrected for how many there are: Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
 * Scandinavian Journal of Statistics 6, 1979. Calling all below 0.05 significant then goes wrong anywhere among them in at
 * most 5 % of comparisons.
 *
 * @param pValues - In [0, 1], in any order.
 * @returns At least as large, at most 1, in the same order.
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  const ascending = [...pValues.entries()].sort(([, a], [, b]) => a - b);
  let largest = 0;
  for (const [rank, [index, p]] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
