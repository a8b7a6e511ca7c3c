import type { RandomStream } from '@utad/core';
import { type Colour, mix, scale } from '../colour';
import { cutOut } from '../defects/missing';
import {
  coverage,
  type Point,
  randomPose,
  smoothstep,
  toPicture,
  toProduct,
  wavyDisc,
  wavyOutline,
} from '../geometry';
import { lightAt, randomLight } from '../light';
import type { Scene, Shape } from '../scene';

/** Chips lie one to a cell of a square grid, off its middle by up to this share of a cell. */
const CELLS = 9;
const JITTER = 0.36;
const SIDES = 5;
const CEMENT: Colour = [0.74, 0.72, 0.68];
const STONES: readonly Colour[] = [
  [0.88, 0.86, 0.82],
  [0.55, 0.5, 0.46],
  [0.62, 0.43, 0.34],
  [0.5, 0.54, 0.56],
  [0.8, 0.72, 0.58],
];
const CLAY: Colour = [0.3, 0.2, 0.15];

/** A chip of stone: a polygon whose sides stand at `radii` from its middle. */
interface Chip {
  readonly middle: Point;
  readonly colour: Colour;
  readonly sides: readonly { readonly normal: Point; readonly radius: number }[];
}

function randomChip(random: RandomStream, column: number, row: number): Chip {
  const first = random.uniform(0, 2 * Math.PI);
  const stone = STONES[random.integer(0, STONES.length - 1)] ?? CEMENT;
  const size = random.uniform(0.24, 0.5) / CELLS;
  const at = (index: number) => (index + 0.5 + random.uniform(-JITTER, JITTER)) / CELLS - 0.5;
  return {
    middle: [at(column), at(row)],
    colour: scale(stone, random.uniform(0.92, 1.06)),
    sides: Array.from({ length: SIDES }, (_, side) => {
      const turn = first + (2 * Math.PI * (side + random.uniform(-0.2, 0.2))) / SIDES;
      return { normal: [Math.cos(turn), Math.sin(turn)], radius: size * random.uniform(0.75, 1.15) };
    }),
  };
}

function toChip({ middle, sides }: Chip, [x, y]: Point): number {
  const [dx, dy] = [x - middle[0], y - middle[1]];
  let most = Number.NEGATIVE_INFINITY;
  for (const { normal, radius } of sides) most = Math.max(most, dx * normal[0] + dy * normal[1] - radius);
  return most;
}

/** A terrazzo floor tile: chips of five stones in cement, each tile with its own. */
export function tile(random: RandomStream): Scene {
  const light = randomLight(random);
  const value = random.uniform(0.8, 1.1);
  const cement = scale(CEMENT, value);
  // Twice as wide as the picture is high, so that pictures of other shapes are covered too.
  const wide = 2 * CELLS;
  const chips = Array.from({ length: wide * wide }, (_, index) =>
    randomChip(random, (index % wide) - CELLS / 2, Math.floor(index / wide) - CELLS / 2),
  );

  const terrazzo = (at: Point, pixel: number): Colour => {
    const column = Math.floor((at[0] + 0.5) * CELLS + CELLS / 2);
    const row = Math.floor((at[1] + 0.5) * CELLS + CELLS / 2);
    let colour = cement;
    for (let r = Math.max(0, row - 1); r <= Math.min(wide - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(wide - 1, column + 1); c++) {
        const chip = chips[r * wide + c];
        if (chip === undefined) continue;
        const cover = coverage(toChip(chip, at), pixel);
        if (cover > 0) colour = mix(colour, scale(chip.colour, value), cover);
      }
    }
    return colour;
  };

  const part = (draw: RandomStream, area: number): Shape => {
    const radius = Math.sqrt(area / Math.PI);
    return wavyDisc(draw, [draw.uniform(-0.34, 0.34), draw.uniform(-0.34, 0.34)], radius, 0.3);
  };

  return {
    lamp: light.towards,
    surface: () => -1,
    paint: (at, pixel) => scale(terrazzo(at, pixel), lightAt(light, at)),
    without: (draw, area) => cutOut(part(draw, area), (at) => scale(CLAY, lightAt(light, at))),
  };
}

const COOL: Colour = [0.62, 0.65, 0.69];
const WARM: Colour = [0.68, 0.66, 0.62];
const LENGTH = 256;

/** Smooth random values along a line, from -1 to 1, `perUnit` of them to a unit of length. */
function streaks(random: RandomStream, perUnit: number): (at: number) => number {
  const values = Float64Array.from({ length: LENGTH }, () => random.uniform(-1, 1));
  return (at) => {
    const place = at * perUnit + LENGTH / 2;
    const whole = Math.floor(place);
    const [from, to] = [values[whole & (LENGTH - 1)] ?? 0, values[(whole + 1) & (LENGTH - 1)] ?? 0];
    return from + (to - from) * smoothstep(0, 1, place - whole);
  };
}

/** Brushed steel: streaks of all widths along one direction, and the broad reflection of a lamp across them. */
export function steel(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 18);
  const light = randomLight(random);
  const metal = scale(mix(COOL, WARM, random.uniform(0, 1)), random.uniform(0.85, 1.05));
  const layers = [
    { depth: 0.06, streak: streaks(random, 9) },
    { depth: 0.07, streak: streaks(random, 26) },
    { depth: 0.08, streak: streaks(random, 61) },
  ];
  const drift = streaks(random, 2.3);
  const reflection = random.uniform(-0.3, 0.3);

  const brushed = (at: Point): number => {
    const [u, v] = toProduct(pose, at);
    const across = v + 0.012 * drift(u);
    let value = 0.92 + 0.22 * smoothstep(0.4, 0, Math.abs(v - reflection - 0.1 * u));
    for (const { depth, streak } of layers) value += depth * streak(across);
    return value;
  };

  return {
    lamp: light.towards,
    surface: () => -1,
    paint: (at) => scale(metal, lightAt(light, at) * brushed(at)),
  };
}

/** Threads across the picture. */
const THREADS = 7;
const COTTON: Colour = [0.88, 0.86, 0.8];
const DENIM: Colour = [0.6, 0.7, 0.88];
const RUST: Colour = [0.88, 0.68, 0.56];

const fraction = (value: number) => value - Math.floor(value);

/** A plain weave seen close: round threads over and under each other, warp and weft in two shades of one dye. */
export function weave(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 36);
  const light = randomLight(random);
  const dye = random.uniform(0, 2);
  const value = random.uniform(0.62, 1.12);
  const warp = scale(dye < 1 ? mix(DENIM, COTTON, dye) : mix(COTTON, RUST, dye - 1), value);
  const weft = scale(warp, 0.86);
  const backing = scale(warp, 0.16);

  const cloth = (at: Point): Colour => {
    const [u, v] = toProduct(pose, at);
    const [s, t] = [u * THREADS, v * THREADS];
    const warpOver = (Math.floor(s) + Math.floor(t)) % 2 === 0;
    const across = Math.sin(Math.PI * fraction(warpOver ? s : t));
    const along = Math.sin(Math.PI * fraction(warpOver ? t : s));
    const height = (0.35 + 0.65 * Math.sqrt(across)) * (0.72 + 0.28 * along);
    return scale(warpOver ? warp : weft, 0.35 + 0.65 * height);
  };

  const part = (draw: RandomStream, area: number): Shape => {
    const wide = area > 0.045 ? 2 : 1;
    const halfWidth = (0.46 * wide) / THREADS;
    const halfLength = area / (4 * halfWidth) / pose.scale ** 2;
    const upright = draw.uniform(0, 1) < 0.5;
    const thread = draw.integer(-2, 2 - wide) + wide / 2;
    const along = draw.uniform(halfLength - 0.38, 0.38 - halfLength);
    const middle: Point = upright ? [thread / THREADS, along] : [along, thread / THREADS];
    const [x, y] = toPicture(pose, middle);
    const local = { ...pose, x, y };
    return (at) => {
      const [u, v] = toProduct(local, at);
      const [across, lengthwise] = upright ? [u, v] : [v, u];
      return pose.scale * Math.max(Math.abs(across) - halfWidth, Math.abs(lengthwise) - halfLength);
    };
  };

  return {
    lamp: light.towards,
    surface: () => -1,
    // Four samples a pixel: threads meet in steps that have no distance to soften them by.
    paint([x, y], pixel) {
      const q = pixel / 4;
      const left = mix(cloth([x - q, y - q]), cloth([x - q, y + q]), 0.5);
      const right = mix(cloth([x + q, y - q]), cloth([x + q, y + q]), 0.5);
      return scale(mix(left, right, 0.5), lightAt(light, [x, y]));
    },
    without: (draw, area) => cutOut(part(draw, area), (at) => scale(backing, lightAt(light, at))),
  };
}

const PLANK = 0.36;
const JOINT = 0.011;
const EARLY: Colour = [0.93, 0.78, 0.6];
const LATE: Colour = [0.66, 0.47, 0.31];
const REDDISH: Colour = [1.02, 0.86, 0.78];
const PALE: Colour = [0.98, 1.02, 1.1];

/** Planks side by side, the grain running along them. */
export function wood(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 36);
  const light = randomLight(random);
  const value = random.uniform(0.62, 1.08);
  const stainTint = mix(PALE, REDDISH, random.uniform(0, 1));
  const bend = random.uniform(0.25, 0.75);
  const swing = random.uniform(0, 2 * Math.PI);

  const tinted = (colour: Colour): Colour => [
    colour[0] * stainTint[0],
    colour[1] * stainTint[1],
    colour[2] * stainTint[2],
  ];
  const early = scale(tinted(EARLY), value);
  const late = scale(tinted(LATE), value);
  const dark = scale(late, 0.28);

  const boards = (at: Point, pixel: number): Colour => {
    const [u, v] = toProduct(pose, at);
    const plank = Math.floor(v / PLANK + 0.5);
    const inPlank = v - plank * PLANK;
    const rings = 16 * inPlank + bend * Math.sin(2 * Math.PI * 0.8 * u + swing + 2.1 * plank) + 0.37 * plank;
    const wave = 0.5 + 0.5 * Math.sin(2 * Math.PI * rings + 0.6 * Math.sin(2 * Math.PI * rings));
    const shade = 1 - 0.09 * ((plank & 1) === 0 ? 0 : 1);
    const board = scale(mix(early, late, 0.75 * smoothstep(0.35, 1, wave)), shade);
    const toJoint = pose.scale * (PLANK / 2 - Math.abs(inPlank) - JOINT / 2);
    return mix(board, dark, coverage(toJoint, pixel));
  };

  const part = (draw: RandomStream, area: number): Shape => {
    const stretch = 3.2;
    const radius = Math.sqrt(area / (Math.PI * stretch)) / pose.scale;
    const waver = wavyOutline(draw, 0.1);
    const [x, y] = toPicture(pose, [draw.uniform(-0.25, 0.25), draw.uniform(-0.35, 0.35)]);
    const local = { ...pose, x, y };
    return (at) => {
      const [u, v] = toProduct(local, at);
      const [a, b] = [u / stretch, v];
      return pose.scale * (Math.hypot(a, b) - radius * waver(Math.atan2(b, a)));
    };
  };

  return {
    lamp: light.towards,
    surface: () => -1,
    paint: (at, pixel) => scale(boards(at, pixel), lightAt(light, at)),
    without: (draw, area) => cutOut(part(draw, area), (at) => scale(dark, lightAt(light, at))),
  };
}
