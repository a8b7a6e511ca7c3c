import type { Colour } from '../colour';
import { mix } from '../colour';
import type { Point } from '../geometry';
import { coverage } from '../geometry';
import { toBox } from './box';

interface Pad {
  readonly middle: Point;
  readonly half: Point;
}

/** A part soldered onto the circuit board, in the board's frame. */
export interface Component {
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

export const toComponent = ({ middle, half, round }: Component, [u, v]: Point): number =>
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

export const COMPONENTS: readonly Component[] = [
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
