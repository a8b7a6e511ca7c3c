import { contamination, crack, deformation, hole, misprint, scratch, stain } from './defects/defects';
import { missing } from './defects/missing';
import type { BlemishMaker, SceneMaker } from './scene';
import { board } from './scenes/board';
import { bolt, button, capsule, label, washer } from './scenes/objects';
import { steel, tile, weave, wood } from './scenes/textures';

/** The synthetic products; {@link SYNTHETIC_PRODUCTS} says of each what can be wrong with it. */
export const SYNTHETIC_CATEGORIES = [
  'washer',
  'button',
  'weave',
  'wood',
  'capsule',
  'label',
  'board',
  'bolt',
  'tile',
  'steel',
] as const;
/** The name of a synthetic product. */
export type SyntheticCategory = (typeof SYNTHETIC_CATEGORIES)[number];

/** What can be wrong with synthetic products, though not every defect with every product. */
export const SYNTHETIC_DEFECTS = [
  'scratch',
  'hole',
  'stain',
  'missing',
  'contamination',
  'crack',
  'misprint',
  'deformation',
] as const;
/**
 * The name of a synthetic defect. `missing` is a part or a component that is not there, so that what lies beneath
 * shows; `misprint` a print that is shifted, doubled, smeared, faded or drowned in ink; `deformation` a dent or a bend.
 */
export type SyntheticDefect = (typeof SYNTHETIC_DEFECTS)[number];

/** What a synthetic product is, and what can be wrong with it. */
export interface SyntheticProduct {
  /** An object lies on a table, with its pose and its shadow; a texture fills the picture. */
  readonly form: 'object' | 'texture';
  /** The defects that are drawn when none are named, in their order. */
  readonly defects: readonly SyntheticDefect[];
  /** Defects that are drawn only when they are named. */
  readonly onRequest: readonly SyntheticDefect[];
}

const FIRST_FIVE = ['scratch', 'hole', 'stain', 'missing', 'contamination'] as const;

/**
 * Every synthetic product by its name.
 *
 * @example
 * SYNTHETIC_PRODUCTS.tile.defects; // scratch, hole, stain, missing, contamination, crack
 */
export const SYNTHETIC_PRODUCTS: Readonly<Record<SyntheticCategory, SyntheticProduct>> = {
  washer: { form: 'object', defects: FIRST_FIVE, onRequest: ['crack', 'deformation'] },
  button: { form: 'object', defects: FIRST_FIVE, onRequest: ['crack', 'deformation'] },
  weave: { form: 'texture', defects: FIRST_FIVE, onRequest: ['deformation'] },
  wood: { form: 'texture', defects: FIRST_FIVE, onRequest: ['crack'] },
  capsule: { form: 'object', defects: SYNTHETIC_DEFECTS, onRequest: [] },
  label: { form: 'object', defects: [...FIRST_FIVE, 'misprint', 'deformation'], onRequest: [] },
  board: { form: 'object', defects: [...FIRST_FIVE, 'crack', 'misprint'], onRequest: [] },
  bolt: {
    form: 'object',
    defects: ['scratch', 'stain', 'missing', 'contamination', 'crack', 'deformation'],
    onRequest: [],
  },
  tile: { form: 'texture', defects: [...FIRST_FIVE, 'crack'], onRequest: [] },
  steel: {
    form: 'texture',
    defects: ['scratch', 'hole', 'stain', 'contamination', 'crack', 'deformation'],
    onRequest: [],
  },
};

const makers = { washer, button, weave, wood, capsule, label, board, bolt, tile, steel };
export const sceneMakers: Readonly<Record<SyntheticCategory, SceneMaker>> = makers;

/** A least and a most, both included. */
export type Range = readonly [least: number, most: number];

interface DefectTraits {
  readonly make: BlemishMaker;
  /** The shares of the picture's central square that it covers at severity 0.5. */
  readonly area: Range;
  /** Mean absolute difference inside the mask, on [0, 1], that it has to reach at full opacity. */
  readonly contrast: number;
}

export const DEFECT_TRAITS: Readonly<Record<SyntheticDefect, DefectTraits>> = {
  scratch: { make: scratch, area: [0.02, 0.035], contrast: 0.25 },
  hole: { make: hole, area: [0.02, 0.045], contrast: 0.25 },
  stain: { make: stain, area: [0.03, 0.07], contrast: 0.25 },
  missing: { make: missing, area: [0.025, 0.06], contrast: 0.25 },
  contamination: { make: contamination, area: [0.02, 0.045], contrast: 0.25 },
  crack: { make: crack, area: [0.016, 0.03], contrast: 0.25 },
  misprint: { make: misprint, area: [0.012, 0.03], contrast: 0.2 },
  deformation: { make: deformation, area: [0.025, 0.06], contrast: 0.12 },
};

const DRAWN_BY_TRIAL: readonly SyntheticCategory[] = ['washer', 'button', 'weave', 'wood'];

/** Whether a picture is one of those that version 2 of the generator drew first, which keep their bytes. */
export const drawnByTrial = (category: SyntheticCategory, defectType: SyntheticDefect): boolean =>
  DRAWN_BY_TRIAL.includes(category) && FIRST_FIVE.some((first) => first === defectType);

/** The shares of the central square that a defect may cover: half of its own at severity 0, twice that at 1. */
export function areaAt(defectType: SyntheticDefect, severity: number): Range {
  const growth = 4 ** (severity - 0.5);
  const [least, most] = DEFECT_TRAITS[defectType].area;
  return [least * growth, most * growth];
}

/** The opacity of a defect: 0.4 at severity 0, full from 0.5 on. */
export const strengthAt = (severity: number): number => Math.min(1, 0.4 + 1.2 * severity);
