import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import { brokenOff } from '../defects/broken-off';
import type { Point } from '../geometry';
import { coverage, randomPose, smoothstep, toPicture, toProduct } from '../geometry';
import { lightAt, randomLight, randomTable, tableUnder } from '../light';
import { inkOf, textBlock } from '../print/layout';
import { textPlate } from '../print/text';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';
import { bite } from './bite';

/** Half the length between the centres of the rounded ends, and their radius. */
const HALF = 0.24;
const RADIUS = 0.155;
/** Where the cap ends; it is a little wider than the body. */
const SEAM = -0.02;
const STEP = 0.01;
const RED: Colour = [0.8, 0.2, 0.17];
const BRICK: Colour = [0.78, 0.29, 0.17];
const CREAM: Colour = [0.93, 0.89, 0.78];
const INK: Colour = [0.16, 0.15, 0.2];

const IMPRINT = [
  textBlock(textPlate('500'), [0.14, -0.028], 0.017),
  textBlock(textPlate('MP'), [-0.17, -0.028], 0.017),
];

const radiusAt = (u: number): number => (u < SEAM ? RADIUS : RADIUS - STEP);

/** Offset from the capsule's axis, in radii; the ends are half spheres. */
function offAxis([u, v]: Point): Point {
  const beyond = Math.max(0, Math.abs(u) - HALF) * Math.sign(u);
  const radius = radiusAt(u);
  return [beyond / radius, v / radius];
}

function outline(at: Point): number {
  const [a, b] = offAxis(at);
  return (Math.hypot(a, b) - 1) * radiusAt(at[0]);
}

/** A two-coloured medicine capsule with an imprint on cap and body. */
export function capsule(random: Random): Scene {
  const pose = randomPose(random, Math.PI / 5);
  const light = randomLight(random);
  const table = randomTable(random);
  const cap = scale(mix(RED, BRICK, random.uniform(0, 1)), random.uniform(0.92, 1.06));
  const body = scale(CREAM, random.uniform(0.86, 0.98));

  const surface = (at: Point) => pose.scale * outline(toProduct(pose, at));
  const under = (caster: Shape) => tableUnder(table, light, caster);
  const shadowed = under(surface);
  const [lx, ly] = toProduct({ ...pose, x: 0, y: 0, scale: 1 }, light.towards);
  const ink = (at: Point, pixel: number) => inkOf(IMPRINT, toProduct(pose, at), pixel / pose.scale);

  const paintWith = (at: Point, pixel: number, inked: number): Colour => {
    const cover = coverage(surface(at), pixel);
    if (cover === 0) return shadowed(at);
    const [u, v] = toProduct(pose, at);
    const [a, b] = offAxis([u, v]);
    const steep = Math.min(1, Math.hypot(a, b));
    const up = Math.sqrt(1 - steep * steep);
    const shell = mix(cap, body, coverage(SEAM - u, pixel / pose.scale));
    const seam = 1 - 0.28 * smoothstep(0.022, 0, Math.abs(u - SEAM - 0.012));
    const facing = a * lx + b * ly;
    const lit = lightAt(light, at) * seam * (0.62 + 0.38 * up + 0.7 * facing);
    // The lamp is long and hangs above: its image is a streak along the capsule, off the axis towards the lamp.
    const streak = smoothstep(0.17, 0.03, Math.abs(b - 0.42 - 0.5 * ly)) * smoothstep(1, 0.5, Math.abs(a));
    const glossy = mix(scale(mix(shell, INK, inked), lit), [1, 1, 0.98], 0.5 * streak);
    return cover === 1 ? glossy : mix(shadowed(at), glossy, cover);
  };

  const part = (draw: Random, area: number): Shape => {
    const end = draw.uniform(0, 1) < 0.5 ? -1 : 1;
    const turn = draw.uniform(-1.3, 1.3);
    const radius = radiusAt(end);
    return bite(
      draw,
      area,
      toPicture(pose, [end * (HALF + radius * Math.cos(turn)), radius * Math.sin(turn)]),
    );
  };

  return {
    lamp: light.towards,
    surface,
    paint: (at, pixel) => paintWith(at, pixel, ink(at, pixel)),
    print: {
      ink,
      paint: paintWith,
      place(draw) {
        const middle = draw.uniform(0, 1) < 0.55 ? 0.14 : -0.17;
        return toPicture(pose, [middle + draw.uniform(-0.04, 0.04), draw.uniform(-0.05, 0)]);
      },
    },
    without: (draw, area) => brokenOff(surface, under, part(draw, area)),
  };
}
