import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import { cutOut } from '../defects/cut-out';
import type { Point } from '../geometry';
import { coverage, randomPose, smoothstep, toPicture, toProduct, wavyOutline } from '../geometry';
import { facing, lightAt, randomLight, randomTable, tableUnder } from '../light';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';

const OUTER = 0.37;
const INNER = 0.15;
const BEVEL = 0.03;
const NOTCH = { at: OUTER, radius: 0.05 };
const DRILLED = { at: 0.27, radius: 0.035 };
const BRASS: Colour = [0.86, 0.73, 0.46];
const COPPER: Colour = [0.88, 0.68, 0.48];

const THIRD = (2 * Math.PI) / 3;

/** Distance to the nearest of three circles spread evenly round the origin, the first in direction `first`. */
function threeCircles([u, v]: Point, first: number, { at, radius }: { at: number; radius: number }): number {
  const turn = Math.atan2(v, u) - first;
  const folded = turn - THIRD * Math.round(turn / THIRD);
  const r = Math.hypot(u, v);
  return Math.hypot(r * Math.cos(folded) - at, r * Math.sin(folded)) - radius;
}

function outline(at: Point): number {
  const r = Math.hypot(at[0], at[1]);
  return Math.max(r - OUTER, INNER - r, -threeCircles(at, 0, NOTCH), -threeCircles(at, THIRD / 2, DRILLED));
}

/** A turned metal ring, of brass with more or less copper, with three notches and three drilled holes. */
export function washer(random: Random): Scene {
  const pose = randomPose(random, Math.PI / 15);
  const light = randomLight(random);
  const table = randomTable(random);
  const metal = scale(mix(BRASS, COPPER, random.uniform(0, 1)), random.uniform(0.9, 1.05));

  const surface = (at: Point) => pose.scale * outline(toProduct(pose, at));
  const shadowed = tableUnder(table, light, surface);

  const part = (draw: Random, area: number): Shape => {
    const half = area / (OUTER ** 2 - INNER ** 2);
    const middle = draw.uniform(0, 2 * Math.PI);
    const waver = wavyOutline(draw, 0.08);
    const [mx, my] = toPicture(pose, [0, 0]);
    return ([x, y]) => {
      const r = Math.hypot(x - mx, y - my);
      const turn = Math.atan2(y - my, x - mx) - middle;
      const folded = Math.abs(turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI)));
      return r * (folded - half * waver(20 * r));
    };
  };

  return {
    lamp: light.towards,
    surface,
    paint(at, pixel) {
      const cover = coverage(surface(at), pixel);
      if (cover === 0) return shadowed(at);
      const [u, v] = toProduct(pose, at);
      const r = Math.hypot(u, v);
      const towards = facing(light, [pose.x, pose.y], at);
      const edge = smoothstep(OUTER - BEVEL, OUTER, r) - smoothstep(INNER + BEVEL, INNER, r);
      const turned = 0.5 * towards ** 2;
      const lit = scale(metal, lightAt(light, at) * (0.97 + turned + 0.45 * edge * towards));
      return cover === 1 ? lit : mix(shadowed(at), lit, cover);
    },
    without: (draw, area) => cutOut(part(draw, area), (at) => scale(table, lightAt(light, at))),
  };
}
