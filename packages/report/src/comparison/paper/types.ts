import type { Measured } from '../../run/metrics';

/** A table of the paper, as printed. */
export interface PaperTable {
  readonly number: 1 | 2 | 3 | 4;
  readonly caption: string;
  /** What the rows are, for the head of their column. */
  readonly rowsAre: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: readonly Measured[] }[];
  /** What is not as one would expect, and what a transcription cannot know. */
  readonly notes: readonly string[];
}

/** The column or row of the paper's own method. */
export const OURS = 'UTAD (paper)';
