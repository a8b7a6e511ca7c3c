import type { Size } from '@utad/core';
import { type Aim, aimedDamage } from './aimed-damage';
import type { Canvas } from './canvas';
import { damageByTrial } from './damage-by-trial';
import { drawnByTrial, type SyntheticCategory, sceneMakers } from './kinds';
import { randomStream } from './random';
import { develop, sample } from './sampling';

export interface Rendered {
  readonly image: Uint8Array;
  /** 1 exactly where `image` differs from `cleanTwin`. */
  readonly mask: Uint8Array;
  /** The same picture without the defect, noise included; absent of a good image. */
  readonly cleanTwin?: Uint8Array;
}

/** Draws one picture, with one defect on it unless `aim` is absent. All randomness comes from `key`. */
export function render(category: SyntheticCategory, size: Size, key: string, aim?: Aim): Rendered {
  const scene = sceneMakers[category](randomStream(`${key}/scene`));
  const pixels = sample(scene, size, `${key}/noise`);
  const clean = develop(pixels);
  if (aim === undefined) return { image: clean, mask: new Uint8Array(pixels.length) };
  const canvas: Canvas = {
    size,
    clean,
    pixelAt: (index) => pixels[index] ?? outside(index, pixels.length),
    softness: 1 / Math.min(...size),
    leastChange: 0,
    grey: false,
  };
  const { kind, severity, defectSize, contrast } = aim;
  const byTrial = defectSize === undefined && contrast === undefined && drawnByTrial(category, kind);
  const { image, mask } = byTrial
    ? damageByTrial(scene, canvas, kind, severity, randomStream(`${key}/defect`))
    : aimedDamage(scene, canvas, aim, `${key}/defect`);
  return { image, mask, cleanTwin: clean };
}

function outside(index: number, count: number): never {
  throw new RangeError(`render: expected a pixel below ${count}, received ${index}`);
}
