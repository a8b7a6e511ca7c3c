import type { SyntheticDefect } from '../kinds';

/** The defects that can be drawn on a photograph of any product, since they ask nothing of how it is made. */
export const PHOTO_DEFECTS = [
  'scratch',
  'crack',
  'hole',
  'stain',
  'contamination',
  'deformation',
] as const satisfies readonly SyntheticDefect[];
/** The name of a defect that is drawn on photographs. */
export type PhotoDefect = (typeof PHOTO_DEFECTS)[number];
