import type { StageHistory } from './checkpoint';

/** The value of a loss term that a network reaches without having learnt what the term is for. */
export interface TrivialTerm {
  /** Of the unweighted term. */
  readonly value: number;
  /** How near the term's mean over an epoch has to come to count. */
  readonly tolerance: number;
  /** What it means, to end the sentence "the term stays at ...:". */
  readonly meaning: string;
}

/** So many epochs at least make "stays": terms may begin at their trivial value. */
const FEWEST_EPOCHS = 3;
const SHARE_OF_EPOCHS = 0.1;

/**
 * Terms that have stayed at their trivial value long enough by the last of these epochs, and not already by the one
 * before it.
 */
export function newlyTrivial(
  terms: Readonly<Record<string, TrivialTerm>>,
  epochs: StageHistory['epochs'],
  plannedEpochs: number,
): string[] {
  const window = Math.max(FEWEST_EPOCHS, Math.ceil(plannedEpochs * SHARE_OF_EPOCHS));
  if (epochs.length < window) return [];
  const runs = epochs.slice(-window - 1).map(({ losses }) => losses);
  return Object.entries(terms)
    .filter(([name, { value, tolerance }]) => {
      const at = runs.map((losses) => Math.abs((losses[name] ?? Number.NaN) - value) <= tolerance);
      return at.slice(-window).every(Boolean) && (at.length <= window || at[0] === false);
    })
    .map(([name]) => name);
}
