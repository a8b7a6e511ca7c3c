import type { BlemishMaker } from './defects/blemish';
import { contamination } from './defects/contamination';
import { hole } from './defects/hole';
import { missing } from './defects/missing';
import { scratch } from './defects/scratch';
import { stain } from './defects/stain';
import type { SceneMaker } from './scene';
import { button } from './scenes/button';
import { washer } from './scenes/washer';
import { weave } from './scenes/weave';
import { wood } from './scenes/wood';

/** The synthetic products: two objects on a table, two textures that fill the picture. */
export const SYNTHETIC_CATEGORIES = ['washer', 'button', 'weave', 'wood'] as const;
/** The name of a synthetic product: `washer` and `button` are objects, `weave` and `wood` textures. */
export type SyntheticCategory = (typeof SYNTHETIC_CATEGORIES)[number];

/** What can be wrong with them. */
export const SYNTHETIC_DEFECTS = ['scratch', 'hole', 'stain', 'missing', 'contamination'] as const;
/** The name of a synthetic defect. `missing` is a part that is not there, so that what lies beneath shows. */
export type SyntheticDefect = (typeof SYNTHETIC_DEFECTS)[number];

export const sceneMakers: Readonly<Record<SyntheticCategory, SceneMaker>> = { washer, button, weave, wood };

interface DefectKind {
  readonly make: BlemishMaker;
  /** The shares of the picture's central square that it covers at severity 0.5. */
  readonly area: readonly [least: number, most: number];
}

export const defectKinds: Readonly<Record<SyntheticDefect, DefectKind>> = {
  scratch: { make: scratch, area: [0.02, 0.035] },
  hole: { make: hole, area: [0.02, 0.045] },
  stain: { make: stain, area: [0.03, 0.07] },
  missing: { make: missing, area: [0.025, 0.06] },
  contamination: { make: contamination, area: [0.02, 0.045] },
};
