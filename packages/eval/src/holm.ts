import { unexpected } from './error';

/**
 * p values corrected for how many there are: Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
 * Scandinavian Journal of Statistics 6, 1979. Calling all below 0.05 significant then goes wrong anywhere among them in at
 * most 5 % of comparisons.
 *
 * @param pValues - In [0, 1], in any order.
 * @returns At least as large, at most 1, in the same order.
 * @throws {@link MetricError} `range` for a value outside [0, 1].
 *
 * @example
 * ```ts
 * holmCorrection([0.5, 0.01, 0.03]); // [0.5, 0.03, 0.06]
 * ```
 */
export function holmCorrection(pValues: readonly number[]): number[] {
  for (const [index, p] of pValues.entries()) {
    if (p >= 0 && p <= 1) continue;
    throw unexpected('range', 'holmCorrection', 'p values from 0 to 1', `${p} at index ${index}`);
  }
  const adjusted = new Array<number>(pValues.length).fill(1);
  const ascending = [...pValues.entries()].sort(([, a], [, b]) => a - b);
  let largest = 0;
  for (const [rank, [index, p]] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}

/** Corrects those p values that are defined, for how many they are. */
export function withAdjusted<T extends { readonly pValue: number | null }>(
  tests: readonly T[],
): (T & { readonly adjustedPValue: number | null })[] {
  const adjusted = holmCorrection(tests.flatMap(({ pValue }) => pValue ?? []));
  return tests.map((test) => ({
    ...test,
    adjustedPValue: test.pValue === null ? null : (adjusted.shift() ?? null),
  }));
}
