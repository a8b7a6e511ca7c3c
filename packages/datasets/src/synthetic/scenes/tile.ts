import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import { cutOut } from '../defects/cut-out';
import type { Point } from '../geometry';
import { coverage, wavyOutline } from '../geometry';
import { lightAt, randomLight } from '../light';
import type { Random } from '../random';
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

function randomChip(random: Random, column: number, row: number): Chip {
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
export function tile(random: Random): Scene {
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

  const part = (draw: Random, area: number): Shape => {
    const radius = Math.sqrt(area / Math.PI);
    const [cx, cy]: Point = [draw.uniform(-0.34, 0.34), draw.uniform(-0.34, 0.34)];
    const waver = wavyOutline(draw, 0.3);
    return ([x, y]) => Math.hypot(x - cx, y - cy) - radius * waver(Math.atan2(y - cy, x - cx));
  };

  return {
    lamp: light.towards,
    surface: () => -1,
    paint: (at, pixel) => scale(terrazzo(at, pixel), lightAt(light, at)),
    without: (draw, area) => cutOut(part(draw, area), (at) => scale(CLAY, lightAt(light, at))),
  };
}
