import type { RandomStream } from '@utad/core';
import { type Colour, mix, scale } from '../colour';
import { bite, brokenOff } from '../defects/missing';
import {
  coverage,
  type Point,
  randomPose,
  smoothstep,
  toBox,
  toPicture,
  toProduct,
  toSegment,
} from '../geometry';
import { lightAt, randomLight, randomTable, tableUnder } from '../light';
import { type Block, inkOf, textBlock, textPlate } from '../print';
import type { Blemish, Scene, Shape } from '../scene';

interface Pad {
  readonly middle: Point;
  readonly half: Point;
}

/** A part soldered onto the circuit board, in the board's frame. */
interface Component {
  readonly middle: Point;
  readonly half: Point;
  /** Radius of its corners; a round part's is its half side. */
  readonly round: number;
  /** Its area. */
  readonly covers: number;
  /** What it is soldered to: seen beside it, and all of them when it is gone. */
  readonly pads: readonly Pad[];
  /** Its colour at an offset from its middle. */
  colour(off: Point, softness: number): Colour;
}

const BLACK: Colour = [0.13, 0.13, 0.14];
const TIN: Colour = [0.76, 0.77, 0.78];
const CERAMIC: Colour = [0.72, 0.58, 0.4];
const MARKING: Colour = [0.5, 0.5, 0.5];

const toComponent = ({ middle, half, round }: Component, [u, v]: Point): number =>
  toBox([u - middle[0], v - middle[1]], half, round);

/** A chip with a row of pins above and below, and a dot beside the first. */
function chip(middle: Point, half: Point, pins: number): Component {
  const pads = Array.from({ length: 2 * pins }, (_, index): Pad => {
    const u = middle[0] + half[0] * ((2 * (index % pins) + 1) / pins - 1);
    return { middle: [u, middle[1] + (index < pins ? -1 : 1) * half[1]], half: [0.011, 0.026] };
  });
  const dot: Point = [-half[0] + 0.03, half[1] - 0.03];
  return {
    middle,
    half,
    round: 0.006,
    covers: 4 * half[0] * half[1],
    pads,
    colour: ([u, v], softness) =>
      mix(BLACK, MARKING, coverage(Math.hypot(u - dot[0], v - dot[1]) - 0.012, softness)),
  };
}

/** A small part with a tinned cap at either end. */
function chipPart(middle: Point, half: Point, body: Colour): Component {
  const along = half[0] > half[1];
  const reach = along ? half[0] : half[1];
  const pads = [-1, 1].map((end): Pad => {
    const off = end * reach * 0.85;
    const wide = 0.4 * reach;
    return along
      ? { middle: [middle[0] + off, middle[1]], half: [wide, half[1]] }
      : { middle: [middle[0], middle[1] + off], half: [half[0], wide] };
  });
  return {
    middle,
    half,
    round: 0.004,
    covers: 4 * half[0] * half[1],
    pads,
    colour: ([u, v], softness) => mix(body, TIN, coverage(0.6 * reach - Math.abs(along ? u : v), softness)),
  };
}

/** A capacitor seen from above: a tin can with a black segment on one side. */
function can(middle: Point, radius: number): Component {
  return {
    middle,
    half: [radius, radius],
    round: radius,
    covers: Math.PI * radius ** 2,
    pads: [-1, 1].map((end) => ({ middle: [middle[0] + 0.035 * end, middle[1]], half: [0.014, 0.014] })),
    colour: ([u], softness) => mix(TIN, BLACK, coverage(u + 0.45 * radius, softness)),
  };
}

/** A crystal in a tin case. */
function crystal(middle: Point, half: Point): Component {
  return {
    middle,
    half,
    round: half[1],
    covers: 4 * half[0] * half[1],
    pads: [-1, 1].map((end) => ({ middle: [middle[0] + 0.05 * end, middle[1]], half: [0.013, 0.013] })),
    colour: (off, softness) =>
      mix([0.62, 0.63, 0.65], [0.86, 0.86, 0.87], coverage(toBox(off, half, half[1]) + 0.016, softness)),
  };
}

const COMPONENTS: readonly Component[] = [
  chip([-0.1, -0.06], [0.12, 0.095], 6),
  crystal([0.25, -0.17], [0.085, 0.042]),
  can([0.25, 0.08], 0.085),
  chip([-0.26, 0.2], [0.08, 0.055], 4),
  chipPart([-0.1, 0.15], [0.045, 0.024], BLACK),
  chipPart([0.02, 0.15], [0.045, 0.024], BLACK),
  chipPart([0.09, -0.06], [0.024, 0.045], CERAMIC),
  chipPart([-0.29, -0.2], [0.045, 0.026], CERAMIC),
  chipPart([-0.05, -0.25], [0.05, 0.028], BLACK),
  chipPart([0.16, 0.2], [0.026, 0.045], CERAMIC),
  chipPart([0.34, 0.2], [0.024, 0.042], BLACK),
];

const HALF: Point = [0.41, 0.34];
const HOLE = { at: [0.37, 0.3] as const, radius: 0.024, ring: 0.04 };
const GREEN: Colour = [0.1, 0.4, 0.24];
const TEAL: Colour = [0.08, 0.38, 0.31];
const COPPER: Colour = [0.26, 0.58, 0.36];
const GOLD: Colour = [0.85, 0.72, 0.4];
const SILK: Colour = [0.9, 0.92, 0.88];
const TRACE = 0.007;
/** How far the shadow of a component reaches at most. */
const SHADE = 0.05;

/** Corners of each trace: x and y in turn. */
const TRACES: readonly (readonly number[])[] = [
  [-0.3, 0.2, -0.3, 0.08, -0.22, 0, -0.22, -0.1],
  [-0.34, 0.2, -0.34, -0.16, -0.28, -0.22, 0.1, -0.22, 0.16, -0.16],
  [0.02, -0.02, 0.12, 0.08, 0.26, 0.08],
  [0.02, -0.1, 0.16, -0.1, 0.24, -0.16],
  [-0.1, 0.1, -0.1, 0.2, -0.04, 0.26, 0.26, 0.26, 0.33, 0.19],
  [0.02, 0.16, 0.1, 0.16, 0.16, 0.22],
];

const SILKSCREEN: readonly Block[] = [
  textBlock(textPlate('REV 2.1'), [-0.04, 0.285], 0.012),
  textBlock(textPlate('U1'), [-0.3, -0.07], 0.012),
  textBlock(textPlate('C3'), [0.1, 0.045], 0.012),
  textBlock(textPlate('X1'), [0.34, -0.09], 0.012),
  textBlock(textPlate('R4'), [-0.16, 0.21], 0.012),
  textBlock(textPlate('P2'), [-0.18, -0.29], 0.012),
  textBlock(textPlate('UTAD'), [0.13, -0.29], 0.012),
];

function outline([u, v]: Point): number {
  const hole = Math.hypot(Math.abs(u) - HOLE.at[0], Math.abs(v) - HOLE.at[1]) - HOLE.radius;
  return Math.max(toBox([u, v], HALF, 0.02), -hole);
}

const SEGMENTS = TRACES.flatMap((trace) => {
  const at = (corner: number): Point => [trace[2 * corner] ?? 0, trace[2 * corner + 1] ?? 0];
  const segments = trace.length / 2 - 1;
  return Array.from({ length: segments }, (_, corner) => ({ from: at(corner), to: at(corner + 1) }));
});

/** Distance to the nearest trace, or more than `near` where there is none so near. */
function toTraces(at: Point, near: number): number {
  let least = near + TRACE;
  for (const { from, to } of SEGMENTS) {
    const beside =
      Math.min(from[0], to[0]) - at[0] > least ||
      at[0] - Math.max(from[0], to[0]) > least ||
      Math.min(from[1], to[1]) - at[1] > least ||
      at[1] - Math.max(from[1], to[1]) > least;
    if (!beside) least = Math.min(least, toSegment(at, from, to));
  }
  return least - TRACE;
}

const PADS = COMPONENTS.flatMap(({ pads }) => pads);

/** Whether a point is further from a box than `near` along either axis: cheaper than its distance. */
const isFar = ([u, v]: Point, { middle, half }: Pick<Component, 'middle' | 'half'>, near: number): boolean =>
  Math.abs(u - middle[0]) > half[0] + near || Math.abs(v - middle[1]) > half[1] + near;

/** Components that cover about this much together, if some are found that do. */
function unplaced(random: RandomStream, area: number): readonly Component[] | undefined {
  for (let attempt = 0; attempt < 8; attempt++) {
    const gone: Component[] = [];
    let covered = 0;
    for (let draw = 0; draw < COMPONENTS.length; draw++) {
      const component = COMPONENTS[random.integer(0, COMPONENTS.length - 1)];
      if (component === undefined || gone.includes(component) || covered + component.covers > 1.1 * area)
        continue;
      gone.push(component);
      covered += component.covers;
    }
    if (covered > 0.9 * area) return gone;
  }
  return undefined;
}

/** A populated circuit board: traces, pads, white silkscreen, chips and small parts. */
export function board(random: RandomStream): Scene {
  const pose = randomPose(random, Math.PI / 15);
  const light = randomLight(random);
  // A light bench, so that a piece broken off a dark board shows.
  const table = scale(randomTable(random), 3.8);
  const mask = scale(mix(GREEN, TEAL, random.uniform(0, 1)), random.uniform(0.9, 1.15));
  const copper = mix(mask, COPPER, 0.6);

  const surface = (at: Point) => pose.scale * outline(toProduct(pose, at));
  const under = (caster: Shape) => tableUnder(table, light, caster);
  const shadowed = under(surface);
  const [lx, ly] = toProduct({ ...pose, x: 0, y: 0, scale: 1 }, light.towards);
  const ink = (at: Point, pixel: number) => inkOf(SILKSCREEN, toProduct(pose, at), pixel / pose.scale);

  /** The board with all components but one, light left out. */
  const bare = (at: Point, softness: number, inked: number): Colour => {
    let colour = mix(mask, copper, coverage(toTraces(at, softness), softness));
    const ring = Math.hypot(Math.abs(at[0]) - HOLE.at[0], Math.abs(at[1]) - HOLE.at[1]) - HOLE.ring;
    colour = mix(colour, GOLD, coverage(ring, softness));
    colour = mix(colour, SILK, inked);
    for (const pad of PADS) {
      if (isFar(at, pad, softness)) continue;
      const { middle, half } = pad;
      const cover = coverage(toBox([at[0] - middle[0], at[1] - middle[1]], half, 0.003), softness);
      if (cover > 0) colour = mix(colour, GOLD, cover);
    }
    return colour;
  };

  const populated = (
    at: Point,
    softness: number,
    inked: number,
    without: readonly Component[] = [],
  ): Colour => {
    let colour = bare(at, softness, inked);
    for (const component of COMPONENTS) {
      if (without.includes(component) || isFar(at, component, SHADE)) continue;
      const far = toComponent(component, at);
      const shadow = toComponent(component, [at[0] + 0.08 * lx, at[1] + 0.08 * ly]);
      colour = scale(colour, 1 - 0.4 * smoothstep(0.015, -0.015, shadow));
      const cover = coverage(far, softness);
      if (cover > 0) {
        const [u, v]: Point = [at[0] - component.middle[0], at[1] - component.middle[1]];
        const edge = smoothstep(-0.014, 0, far) * (u * lx + v * ly) * 6;
        colour = mix(colour, scale(component.colour([u, v], softness), 1 + edge), cover);
      }
    }
    return colour;
  };

  const paintWith = (at: Point, pixel: number, inked: number, without: readonly Component[] = []): Colour => {
    const cover = coverage(surface(at), pixel);
    if (cover === 0) return shadowed(at);
    const own = toProduct(pose, at);
    const lit = scale(populated(own, pixel / pose.scale, inked, without), lightAt(light, at));
    return cover === 1 ? lit : mix(shadowed(at), lit, cover);
  };

  const notPlaced = (gone: readonly Component[]): Blemish => ({
    opacity: (at) => {
      const own = toProduct(pose, at);
      return gone.some((component) => !isFar(own, component, SHADE)) ? 1 : 0;
    },
    visible: 0.06,
    colour: (_, at, pixel) => paintWith(at, pixel, ink(at, pixel), gone),
  });

  const part = (draw: RandomStream, area: number): Shape => {
    const corner: Point = [draw.uniform(0, 1) < 0.5 ? -HALF[0] : HALF[0], draw.uniform(-HALF[1], HALF[1])];
    return bite(draw, area, toPicture(pose, corner));
  };

  return {
    lamp: light.towards,
    surface,
    paint: (at, pixel) => paintWith(at, pixel, ink(at, pixel)),
    print: {
      ink,
      paint: (at, pixel, inked) => paintWith(at, pixel, inked),
      place(draw) {
        const { middle } = SILKSCREEN[draw.integer(0, SILKSCREEN.length - 1)] ?? { middle: [0, 0] as const };
        return toPicture(pose, [
          middle[0] + draw.uniform(-0.02, 0.02),
          middle[1] + draw.uniform(-0.01, 0.01),
        ]);
      },
    },
    without: (draw, area) => {
      const broken = draw.uniform(0, 1) < 0.3;
      const gone = broken ? undefined : unplaced(draw, area / pose.scale ** 2);
      return gone === undefined ? brokenOff(surface, under, part(draw, area)) : notPlaced(gone);
    },
  };
}
