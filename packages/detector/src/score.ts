/**
 * A score on a scale without units: 0 for no anomaly, 0.5 at the threshold, towards 1 beyond it.
 *
 * @example normalizedScore(3, 1) // 0.75
 */
export function normalizedScore(score: number, threshold: number): number {
  if (score === 0 && threshold === 0) return 0.5;
  // Score / (score + threshold), in steps each of which keeps the order of scores when it is rounded.
  return 1 / (1 + threshold / score);
}
