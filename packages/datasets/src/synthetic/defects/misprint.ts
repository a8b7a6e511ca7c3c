import { type Point, smoothstep } from '../geometry';
import type { Random } from '../random';
import type { Print, Scene } from '../scene';
import type { Blemish } from './blemish';

type Ink = (at: Point, pixel: number) => number;

const SMEAR_STEPS = 6;

const moved = ({ ink }: Print, [dx, dy]: Point, share: number): Ink => {
  return ([x, y], pixel) => ink([x - share * dx, y - share * dy], pixel);
};

/** Ink dragged along `by`, thinner the further it comes. */
function smeared(print: Print, by: Point): Ink {
  const steps = Array.from({ length: SMEAR_STEPS }, (_, step) => ({
    ink: moved(print, by, (step + 1) / SMEAR_STEPS),
    left: 1 - (0.6 * step) / SMEAR_STEPS,
  }));
  return (at, pixel) =>
    steps.reduce((most, { ink, left }) => Math.max(most, left * ink(at, pixel)), print.ink(at, pixel));
}

interface Fault {
  /** The share of a patch of print that it changes, roughly. */
  readonly changes: number;
  /** The ink that is there instead; `by` is how far the print slipped. */
  ink(print: Print, by: Point): Ink;
}

const FAULTS: readonly [Fault, ...Fault[]] = [
  { changes: 1 / 3, ink: (print, by) => moved(print, by, 1) },
  {
    changes: 1 / 3,
    ink: (print, by) => {
      const second = moved(print, by, 1);
      return (at, pixel) => Math.max(print.ink(at, pixel), 0.85 * second(at, pixel));
    },
  },
  { changes: 1 / 3, ink: smeared },
  { changes: 1 / 3, ink: (print) => (at, pixel) => 0.12 * print.ink(at, pixel) },
  { changes: 1, ink: () => () => 0.92 },
];

/** A patch of print that is shifted, doubled, smeared, faded or drowned in ink. */
export function misprint(scene: Scene, random: Random, area: number): Blemish {
  const { print } = scene;
  if (print === undefined) throw new Error('misprint: expected a product with a print');
  const fault = FAULTS[random.integer(0, FAULTS.length - 1)] ?? FAULTS[0];
  const [cx, cy] = print.place(random);
  const turn = random.uniform(0, 2 * Math.PI);
  const far = random.uniform(0.03, 0.05);
  const ink = fault.ink(print, [far * Math.cos(turn), far * Math.sin(turn)]);
  const radius = Math.sqrt(area / fault.changes / Math.PI);
  return {
    opacity: ([x, y]) => smoothstep(radius, 0.92 * radius, Math.hypot(x - cx, y - cy)),
    visible: 0.08,
    colour: (clean, at, pixel) => (scene.surface(at) < 0 ? print.paint(at, pixel, ink(at, pixel)) : clean),
  };
}
