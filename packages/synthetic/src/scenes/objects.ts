import type { RandomStream } from '@utad/core';
import { type Colour, mix, scale, wheel } from '../colour';
import { bite, brokenOff, cutOut } from '../defects/missing';
import {
  coverage,
  type Point,
  randomPose,
  smoothstep,
  toBox,
  toPicture,
  toProduct,
  wavyDisc,
  wavyOutline,
} from '../geometry';
import { facing, type Light, lightAt, randomLight, randomTable, tableUnder } from '../light';
import { type Bitmap, type Block, inkOf, textBlock, textPlate } from '../print';
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

function washerOutline(at: Point): number {
  const r = Math.hypot(at[0], at[1]);
  return Math.max(r - OUTER, INNER - r, -threeCircles(at, 0, NOTCH), -threeCircles(at, THIRD / 2, DRILLED));
}

/** A turned metal ring, of brass with more or less copper, with three notches and three drilled holes. */
export function washer(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 15);
  const light = randomLight(random);
  const table = randomTable(random);
  const metal = scale(mix(BRASS, COPPER, random.uniform(0, 1)), random.uniform(0.9, 1.05));

  const surface = (at: Point) => pose.scale * washerOutline(toProduct(pose, at));
  const shadowed = tableUnder(table, light, surface);

  const part = (draw: RandomStream, area: number): Shape => {
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

const RADIUS = 0.36;
const RIM = 0.26;
const HOLE = { at: 0.085, radius: 0.042 };

function buttonOutline([u, v]: Point): number {
  const hole = Math.hypot(Math.abs(u) - HOLE.at, Math.abs(v) - HOLE.at) - HOLE.radius;
  return Math.max(Math.hypot(u, v) - RADIUS, -hole);
}

/** Steepness of the moulded profile, positive where the surface falls outwards: a raised rim round a flat dish. */
const slope = (r: number): number =>
  smoothstep(RADIUS - 0.05, RADIUS, r) - smoothstep(RIM - 0.03, RIM, r) * smoothstep(RIM + 0.035, RIM, r);

/** A four-hole button of any hue, with a raised rim. */
export function button(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 9);
  const light = randomLight(random);
  const table = randomTable(random);
  const plastic = wheel(random.uniform(0, 1), 0.38, random.uniform(0.74, 0.95));

  const surface = (at: Point) => pose.scale * buttonOutline(toProduct(pose, at));
  const shadowed = tableUnder(table, light, surface);

  const part = (draw: RandomStream, area: number): Shape => {
    // A bite centred on the border takes a little less than half a disc.
    const radius = Math.sqrt((2.3 * area) / Math.PI);
    const angle = draw.uniform(0, 2 * Math.PI);
    return wavyDisc(
      draw,
      toPicture(pose, [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)]),
      radius,
      0.06,
    );
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
      const lit = scale(plastic, lightAt(light, at) * (1 + 0.9 * slope(r) * towards));
      return cover === 1 ? lit : mix(shadowed(at), lit, cover);
    },
    without: (draw, area) => cutOut(part(draw, area), (at) => scale(table, lightAt(light, at))),
  };
}

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

function boltOutline([u, v]: Point): number {
  const shank = Math.max(Math.abs(v) - shankRadius([u, v]), u - SHANK.to, FLANGE.from - u);
  return Math.min(
    shank,
    span([u, v], HEAD.from, HEAD.to, HEAD.half, 0.03),
    span([u, v], FLANGE.from, FLANGE.to, FLANGE.half, 0.012),
  );
}

/** A hexagon bolt seen from the side: head, flange, a plain neck and the thread. */
export function bolt(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 7);
  const light = randomLight(random);
  const table = randomTable(random);
  const metal = scale(mix(ZINC, YELLOWED, random.uniform(0, 1)), random.uniform(0.9, 1.1));

  const surface = (at: Point) => pose.scale * boltOutline(toProduct(pose, at));
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

  const part = (draw: RandomStream, area: number): Shape => {
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

/** Half the length between the centres of the rounded ends, and their radius. */
const CAPSULE_HALF = 0.24;
const CAPSULE_RADIUS = 0.155;
/** Where the cap ends; it is a little wider than the body. */
const SEAM = -0.02;
const STEP = 0.01;
const RED: Colour = [0.8, 0.2, 0.17];
const BRICK: Colour = [0.78, 0.29, 0.17];
const CREAM: Colour = [0.93, 0.89, 0.78];
const IMPRINT_INK: Colour = [0.16, 0.15, 0.2];

const IMPRINT = [
  textBlock(textPlate('500'), [0.14, -0.028], 0.017),
  textBlock(textPlate('MP'), [-0.17, -0.028], 0.017),
];

const radiusAt = (u: number): number => (u < SEAM ? CAPSULE_RADIUS : CAPSULE_RADIUS - STEP);

/** Offset from the capsule's axis, in radii; the ends are half spheres. */
function offAxis([u, v]: Point): Point {
  const beyond = Math.max(0, Math.abs(u) - CAPSULE_HALF) * Math.sign(u);
  const radius = radiusAt(u);
  return [beyond / radius, v / radius];
}

function capsuleOutline(at: Point): number {
  const [a, b] = offAxis(at);
  return (Math.hypot(a, b) - 1) * radiusAt(at[0]);
}

/** A two-coloured medicine capsule with an imprint on cap and body. */
export function capsule(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 5);
  const light = randomLight(random);
  const table = randomTable(random);
  const cap = scale(mix(RED, BRICK, random.uniform(0, 1)), random.uniform(0.92, 1.06));
  const body = scale(CREAM, random.uniform(0.86, 0.98));

  const surface = (at: Point) => pose.scale * capsuleOutline(toProduct(pose, at));
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
    const glossy = mix(scale(mix(shell, IMPRINT_INK, inked), lit), [1, 1, 0.98], 0.5 * streak);
    return cover === 1 ? glossy : mix(shadowed(at), glossy, cover);
  };

  const part = (draw: RandomStream, area: number): Shape => {
    const end = draw.uniform(0, 1) < 0.5 ? -1 : 1;
    const turn = draw.uniform(-1.3, 1.3);
    const radius = radiusAt(end);
    return bite(
      draw,
      area,
      toPicture(pose, [end * (CAPSULE_HALF + radius * Math.cos(turn)), radius * Math.sin(turn)]),
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

const LABEL_HALF: Point = [0.37, 0.27];
const ROUND = 0.03;
/** The coloured band across the top, with a white disc as a mark. */
const LABEL_BAND = -0.13;
const MARK = { at: [-0.27, -0.2] as const, radius: 0.042 };
const CARTON: Colour = [0.47, 0.35, 0.24];
const PAPER: Colour = [0.93, 0.93, 0.9];
const INK: Colour = [0.12, 0.12, 0.15];

/** Widths of bars and gaps in turn. */
const BARS = [2, 1, 1, 2, 3, 1, 1, 1, 2, 3, 1, 2, 1, 1, 3, 2, 1, 1, 2, 1, 3, 1, 2, 2, 1];
const bars = BARS.flatMap((width, place) => Array.from({ length: width }, () => 1 - (place % 2)));
const barcode: Bitmap = { rows: 1, columns: bars.length, bits: Uint8Array.from(bars) };

const BLOCKS: readonly Block[] = [
  textBlock(textPlate('LOT 4821'), [-0.1, -0.06], 0.014),
  textBlock(textPlate('EXP 09-27'), [-0.08, 0.04], 0.014),
  { plate: barcode, middle: [-0.05, 0.17], half: [0.24, 0.065] },
  textBlock(textPlate('XL'), [0.26, -0.02], 0.022),
];

/** Where print is, and how far it reaches. */
const PLACES: readonly Point[] = [
  [-0.18, -0.03],
  [-0.02, -0.02],
  [0.25, -0.02],
  [-0.18, 0.15],
  [0.08, 0.15],
];

/** A paper label on a carton: a coloured band with a mark, two lines of text and a barcode. */
export function label(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 15);
  const light = randomLight(random);
  const carton = scale(CARTON, random.uniform(0.8, 1.15));
  const band = wheel(random.uniform(0.48, 0.56), 0.72, random.uniform(0.55, 0.68));
  const paper = scale(PAPER, random.uniform(0.88, 1));

  const surface = (at: Point) => pose.scale * toBox(toProduct(pose, at), LABEL_HALF, ROUND);
  // Paper is thin: its shadow is too.
  const thin: Light = { towards: [0.25 * light.towards[0], 0.25 * light.towards[1]] };
  const under = (caster: Shape) => {
    const shadowed = tableUnder(carton, thin, caster);
    return (at: Point): Colour => {
      const [, v] = toProduct(pose, at);
      return scale(shadowed(at), 1 + 0.05 * Math.sin(2 * Math.PI * 22 * v));
    };
  };
  const around = under(surface);
  const ink = (at: Point, pixel: number) => inkOf(BLOCKS, toProduct(pose, at), pixel / pose.scale);

  const paintWith = (at: Point, pixel: number, inked: number): Colour => {
    const cover = coverage(surface(at), pixel);
    if (cover === 0) return around(at);
    const [u, v] = toProduct(pose, at);
    const softness = pixel / pose.scale;
    const mark = coverage(Math.hypot(u - MARK.at[0], v - MARK.at[1]) - MARK.radius, softness);
    const banded = coverage(v - LABEL_BAND, softness) * (1 - mark);
    const lit = scale(mix(mix(paper, band, banded), INK, inked), lightAt(light, at));
    return cover === 1 ? lit : mix(around(at), lit, cover);
  };

  const part = (draw: RandomStream, area: number): Shape => {
    const corner: Point = [
      draw.uniform(0, 1) < 0.5 ? -LABEL_HALF[0] : LABEL_HALF[0],
      draw.uniform(0, 1) < 0.5 ? -LABEL_HALF[1] : LABEL_HALF[1],
    ];
    // A torn corner is a quarter of a disc, not half of it.
    return bite(draw, 1.8 * area, toPicture(pose, corner));
  };

  return {
    lamp: light.towards,
    surface,
    paint: (at, pixel) => paintWith(at, pixel, ink(at, pixel)),
    print: {
      ink,
      paint: paintWith,
      place(draw) {
        const [u, v] = PLACES[draw.integer(0, PLACES.length - 1)] ?? [0, 0];
        return toPicture(pose, [u + draw.uniform(-0.05, 0.05), v + draw.uniform(-0.02, 0.02)]);
      },
    },
    without: (draw, area) => brokenOff(surface, under, part(draw, area)),
  };
}
