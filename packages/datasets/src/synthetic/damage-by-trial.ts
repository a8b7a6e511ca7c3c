import { applyBlemish, type Damage } from './apply-blemish';
import type { Canvas } from './canvas';
import { defectKinds, type SyntheticDefect } from './kinds';
import type { Random } from './random';
import type { Scene } from './scene';
import { areaAt, strengthAt } from './severity';

const ATTEMPTS = 24;

/** 0 when a value lies in the range, else how far outside, relative to it. */
const miss = (value: number, least: number, most: number): number =>
  value < least ? 1 - value / least : Math.max(0, value / most - 1);

/** Draws the defect again until its area and contrast are what was asked, or takes the draw that came closest. */
export function damageByTrial(
  scene: Scene,
  canvas: Canvas,
  kind: SyntheticDefect,
  severity: number,
  random: Random,
): Damage {
  const { make, contrast } = defectKinds[kind];
  const [least, most] = areaAt(kind, severity);
  const strength = strengthAt(severity);
  let best: Damage | undefined;
  let bestMiss = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && bestMiss > 0; attempt++) {
    const blemish = make(scene, random, random.uniform(least, most));
    const drawn = applyBlemish(canvas, blemish, strength);
    const off = miss(drawn.area, 0.9 * least, 1.1 * most) + miss(drawn.contrast, strength * contrast, 1);
    if (off < bestMiss) [best, bestMiss] = [drawn, off];
  }
  if (best === undefined) throw new Error('damageByTrial: expected at least one attempt at a defect');
  return best;
}
