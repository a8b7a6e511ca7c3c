import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import { brokenOff } from '../defects/broken-off';
import type { Point } from '../geometry';
import { coverage, randomPose, smoothstep, toPicture, toProduct } from '../geometry';
import { lightAt, randomLight, randomTable, tableUnder } from '../light';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';
import { bite } from './bite';
import { toBox } from './box';

const HEAD = { from: -0.41, to: -0.25, half: 0.19 };
const FLANGE = { from: -0.26, to: -0.225, half: 0.215 };
const SHANK = { to: 0.41, radius: 0.105 };
const THREAD = { from: -0.1, pitch: 0.068, depth: 0.017 };
const CHAMFER = 0.05;
const ZINC: Colour = [0.72, 0.73, 0.75];
const YELLOWED: Colour = [0.78, 0.73, 0.6];

/** Height of the thread, 0 in its groove and 1 on its crest; it winds, so it leans across the shank. */
function thread([u, v]: Point): number {
  const turn = (u - THREAD.from) / THREAD.pitch + v / (4 * SHANK.radius);
  const phase = turn - Math.floor(turn);
  return 1 - Math.abs(2 * phase - 1);
}

function shankRadius([u, v]: Point): number {
  const chamfer = Math.max(0, u - (SHANK.to - CHAMFER));
  const cut = smoothstep(THREAD.from, THREAD.from + 0.03, u) * THREAD.depth * (1 - thread([u, v]));
  return SHANK.radius - cut - 0.9 * chamfer;
}

const span = ([u, v]: Point, from: number, to: number, half: number, round: number): number =>
  toBox([u - (from + to) / 2, v], [(to - from) / 2, half], round);

function outline([u, v]: Point): number {
  const shank = Math.max(Math.abs(v) - shankRadius([u, v]), u - SHANK.to, FLANGE.from - u);
  return Math.min(
    shank,
    span([u, v], HEAD.from, HEAD.to, HEAD.half, 0.03),
    span([u, v], FLANGE.from, FLANGE.to, FLANGE.half, 0.012),
  );
}

/** A hexagon bolt seen from the side: head, flange, a plain neck and the thread. */
export function bolt(random: Random): Scene {
  const pose = randomPose(random, Math.PI / 7);
  const light = randomLight(random);
  const table = randomTable(random);
  const metal = scale(mix(ZINC, YELLOWED, random.uniform(0, 1)), random.uniform(0.9, 1.1));

  const surface = (at: Point) => pose.scale * outline(toProduct(pose, at));
  const under = (caster: Shape) => tableUnder(table, light, caster);
  const shadowed = under(surface);
  const [, across] = toProduct({ ...pose, x: 0, y: 0, scale: 1 }, light.towards);

  /** How bright a point of the bolt is under a lamp above that leans across it. */
  const shade = ([u, v]: Point): number => {
    if (u < FLANGE.from) {
      // Three faces of the hexagon are seen; each is flat.
      const face = smoothstep(0.085, 0.1, v) - smoothstep(-0.085, -0.1, v);
      const bevel = smoothstep(HEAD.from + 0.04, HEAD.from, u);
      return 0.98 - 0.3 * Math.abs(face) + 0.9 * face * across + 0.12 * bevel;
    }
    const radius = u < FLANGE.to ? FLANGE.half : SHANK.radius;
    const tilt = Math.min(1, Math.max(-1, v / radius));
    const round = 0.5 + 0.55 * Math.sqrt(1 - tilt * tilt) + 0.8 * tilt * across;
    const neck = 1 - 0.3 * smoothstep(0.03, 0, u - FLANGE.to) * smoothstep(-0.004, 0.004, u - FLANGE.to);
    if (u < THREAD.from) return round * neck;
    return round * (0.62 + 0.46 * thread([u, v]));
  };

  const part = (draw: Random, area: number): Shape => {
    const side = draw.uniform(0, 1) < 0.5 ? -1 : 1;
    const tip = draw.uniform(0, 1) < 0.35;
    const u = tip ? SHANK.to : draw.uniform(THREAD.from + 0.1, SHANK.to - 0.08);
    const middle: Point = tip ? [u, draw.uniform(-0.04, 0.04)] : [u, side * (SHANK.radius - 0.01)];
    return bite(draw, area, toPicture(pose, middle));
  };

  return {
    lamp: light.towards,
    surface,
    paint(at, pixel) {
      const cover = coverage(surface(at), pixel);
      if (cover === 0) return shadowed(at);
      const lit = scale(metal, lightAt(light, at) * shade(toProduct(pose, at)));
      return cover === 1 ? lit : mix(shadowed(at), lit, cover);
    },
    without: (draw, area) => brokenOff(surface, under, part(draw, area)),
  };
}
