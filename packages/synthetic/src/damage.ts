import { type RandomStream, randomStream } from '@utad/core';
import { applyBlemish, type Canvas, type Damage } from './canvas';
import { SyntheticError } from './options';
import { areaAt, DEFECT_TRAITS, type Range, type SyntheticDefect, strengthAt } from './products';
import type { Scene } from './scene';

const ATTEMPTS = 32;
const STEPS = 6;
/** How far a defect may be from its aim: a tenth of it, or this where it is more. */
const TOLERANCE = 0.1;
const TOLERATED_PIXELS = 2;
const TOLERATED_CONTRAST = 1 / 255;

/** What a defect should be. */
export interface Aim {
  readonly defectType: SyntheticDefect;
  readonly severity: number;
  /** Shares of the central square; where absent, severity decides and the nearest draw will do. */
  readonly defectSize: Range | undefined;
  /** Mean absolute differences inside the mask, on [0, 1]; where absent, severity decides likewise. */
  readonly contrast: Range | undefined;
  /** Instead of what severity says, where nothing was asked for: the nearest draw will do all the same. */
  readonly usual?: {
    readonly size: Range;
    readonly contrast: Range | undefined;
    /** Where no contrast is named: what it has to reach at full opacity. */
    readonly leastContrast: number;
  };
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** 0 when a value is as near to its aim as is tolerated, else how far it is off, relative to the aim. */
const miss = (value: number, aim: number, tolerated: number): number => {
  const off = Math.abs(value - aim);
  return off <= Math.max(TOLERANCE * aim, tolerated) ? 0 : off / aim;
};

/**
 * Draws a defect of an area and a contrast drawn from their ranges: one shape is scaled, and its opacity changed, until
 * both are met, or else another shape is tried.
 *
 * @throws SyntheticError `not-drawable` when a size or a contrast that was asked for is met by none.
 */
export function aimedDamage(scene: Scene, canvas: Canvas, aim: Aim, key: string): Damage {
  const { defectType, severity, usual } = aim;
  const side = Math.min(...canvas.size);
  const sizes = aim.defectSize ?? usual?.size ?? areaAt(defectType, severity);
  const contrasts = aim.contrast ?? usual?.contrast;
  const { make } = DEFECT_TRAITS[defectType];
  const leastContrast = usual?.leastContrast ?? DEFECT_TRAITS[defectType].contrast;
  const strongest = contrasts === undefined ? strengthAt(severity) : 1;
  let best: Draw | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const random = randomStream(`${key}/${attempt}`);
    const area = random.uniform(...sizes);
    const contrast = contrasts === undefined ? undefined : random.uniform(...contrasts);
    let [request, strength] = [area, strongest];
    for (let step = 0; step < STEPS; step++) {
      const blemish = make(scene, randomStream(`${key}/${attempt}/shape`), request);
      const drawn = applyBlemish(canvas, blemish, strength);
      const offArea = miss(drawn.area, area, TOLERATED_PIXELS / side ** 2);
      const offContrast =
        contrast === undefined
          ? Math.max(0, 1 - drawn.contrast / (strength * leastContrast))
          : miss(drawn.contrast, contrast, TOLERATED_CONTRAST);
      if (offArea + offContrast === 0) return drawn;
      const asked =
        (aim.defectSize === undefined ? 0 : offArea) + (aim.contrast === undefined ? 0 : offContrast);
      best = nearer(best, { drawn, asked, usual: offArea + offContrast - asked });
      const tooFaint = contrast === undefined ? offContrast > 0 : drawn.contrast < contrast && strength === 1;
      if (drawn.area === 0 || (offArea === 0 && tooFaint)) break;
      if (offArea > 0) request *= clamp(area / drawn.area, 0.4, 2.5);
      if (contrast !== undefined) strength = clamp((strength * contrast) / drawn.contrast, 0.02, 1);
    }
  }
  if (best === undefined || best.asked > 0)
    throw new SyntheticError('not-drawable', notDrawable(aim, best?.drawn));
  return best.drawn;
}

/** One draw, and by how much it misses what was asked for and what is usual at its severity. */
interface Draw {
  readonly drawn: Damage;
  readonly asked: number;
  readonly usual: number;
}

const nearer = (best: Draw | undefined, other: Draw): Draw =>
  best === undefined || other.asked < best.asked || (other.asked === best.asked && other.usual < best.usual)
    ? other
    : best;

function notDrawable({ defectType, defectSize, contrast }: Aim, best: Damage | undefined): string {
  const shown = (range: Range | undefined) => (range === undefined ? 'any' : range.join(' to '));
  const came =
    best === undefined ? 'none' : `${best.area.toFixed(4)} and ${best.contrast.toFixed(3)} at the nearest`;
  return `synthesize: expected a ${defectType} of size ${shown(defectSize)} and contrast ${shown(contrast)}, drew ${came}`;
}

const TRIALS = 24;

/** 0 when a value lies in the range, else how far outside, relative to it. */
const missOfRange = (value: number, least: number, most: number): number =>
  value < least ? 1 - value / least : Math.max(0, value / most - 1);

/** Draws the defect again until its area and contrast are what was asked, or takes the draw that came closest. */
export function damageByTrial(
  scene: Scene,
  canvas: Canvas,
  defectType: SyntheticDefect,
  severity: number,
  random: RandomStream,
): Damage {
  const { make, contrast } = DEFECT_TRAITS[defectType];
  const [least, most] = areaAt(defectType, severity);
  const strength = strengthAt(severity);
  let best: Damage | undefined;
  let bestMiss = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIALS && bestMiss > 0; attempt++) {
    const blemish = make(scene, random, random.uniform(least, most));
    const drawn = applyBlemish(canvas, blemish, strength);
    const off =
      missOfRange(drawn.area, 0.9 * least, 1.1 * most) + missOfRange(drawn.contrast, strength * contrast, 1);
    if (off < bestMiss) [best, bestMiss] = [drawn, off];
  }
  if (best === undefined) throw new Error('damageByTrial: expected at least one attempt at a defect');
  return best;
}
