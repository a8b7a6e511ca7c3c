/** How a call at the image threshold compares with the truth. */
export type Verdict = 'right' | 'missed' | 'false alarm';

/** What is called anomalous when its score reaches the threshold, against what it is. */
export function verdictOf({ label, score }: { label: 0 | 1; score: number }, threshold: number): Verdict {
  if (score >= threshold) return label === 1 ? 'right' : 'false alarm';
  return label === 1 ? 'missed' : 'right';
}
