import type { RandomStream } from '@utad/core';
import { type Colour, scale } from './colour';
import { type Point, smoothstep } from './geometry';

/** A lamp to one side: brighter towards it, and the side of every edge that faces it catches the light. */
export interface Light {
  /** Points towards the lamp; its length is the strength. */
  readonly towards: Point;
}

export function randomLight(random: RandomStream): Light {
  const angle = random.uniform(0, 2 * Math.PI);
  const strength = random.uniform(0.15, 0.45);
  return { towards: [strength * Math.cos(angle), strength * Math.sin(angle)] };
}

/** The factor by which the lamp brightens or darkens a flat surface at this point. */
export const lightAt = ({ towards }: Light, [x, y]: Point): number => 1 + towards[0] * x + towards[1] * y;

/** The colour of the table a product lies on: dark enough that every product stands out from it. */
export function randomTable(random: RandomStream): Colour {
  const value = random.uniform(0.14, 0.22);
  const warmth = random.uniform(-0.05, 0.05);
  return scale([1 + warmth, 1, 1 - warmth], value);
}

/** How far a shadow falls from what casts it, by the strength of the lamp, and how soft its border is. */
const SHADOW = 0.08;
const SHADOW_SOFTNESS = 0.025;
/** No shadow reaches further: the strongest lamp has a strength of 0.45. */
export const SHADOW_REACH = 0.45 * SHADOW + SHADOW_SOFTNESS;

/** The table with the soft shadow of a product whose outline is `surface`, cast away from the lamp. */
export function tableUnder(
  table: Colour,
  light: Light,
  surface: (at: Point) => number,
): (at: Point) => Colour {
  const [lx, ly] = light.towards;
  return (at) => {
    const caster = surface([at[0] + SHADOW * lx, at[1] + SHADOW * ly]);
    return scale(
      table,
      lightAt(light, at) * (1 - 0.5 * smoothstep(SHADOW_SOFTNESS, -SHADOW_SOFTNESS, caster)),
    );
  };
}

/** How far a surface that falls outwards from `centre` faces the lamp at this point. */
export function facing({ towards }: Light, [cx, cy]: Point, [x, y]: Point): number {
  const [dx, dy] = [x - cx, y - cy];
  return (dx * towards[0] + dy * towards[1]) / Math.max(1e-6, Math.hypot(dx, dy));
}
