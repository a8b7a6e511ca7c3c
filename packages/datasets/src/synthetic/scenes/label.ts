import type { Colour } from '../colour';
import { mix, scale, wheel } from '../colour';
import { brokenOff } from '../defects/broken-off';
import type { Point } from '../geometry';
import { coverage, randomPose, toPicture, toProduct } from '../geometry';
import { type Light, lightAt, randomLight, tableUnder } from '../light';
import type { Bitmap } from '../print/bitmap';
import { type Block, inkOf, textBlock } from '../print/layout';
import { textPlate } from '../print/text';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';
import { bite } from './bite';
import { toBox } from './box';

const HALF: Point = [0.37, 0.27];
const ROUND = 0.03;
/** The coloured band across the top, with a white disc as a mark. */
const BAND = -0.13;
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
export function label(random: Random): Scene {
  const pose = randomPose(random, Math.PI / 15);
  const light = randomLight(random);
  const carton = scale(CARTON, random.uniform(0.8, 1.15));
  const band = wheel(random.uniform(0.48, 0.56), 0.72, random.uniform(0.55, 0.68));
  const paper = scale(PAPER, random.uniform(0.88, 1));

  const surface = (at: Point) => pose.scale * toBox(toProduct(pose, at), HALF, ROUND);
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
    const banded = coverage(v - BAND, softness) * (1 - mark);
    const lit = scale(mix(mix(paper, band, banded), INK, inked), lightAt(light, at));
    return cover === 1 ? lit : mix(around(at), lit, cover);
  };

  const part = (draw: Random, area: number): Shape => {
    const corner: Point = [
      draw.uniform(0, 1) < 0.5 ? -HALF[0] : HALF[0],
      draw.uniform(0, 1) < 0.5 ? -HALF[1] : HALF[1],
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
