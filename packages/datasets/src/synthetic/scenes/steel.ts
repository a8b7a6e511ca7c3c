import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import type { Point } from '../geometry';
import { randomPose, smoothstep, toProduct } from '../geometry';
import { lightAt, randomLight } from '../light';
import type { Random } from '../random';
import type { Scene } from '../scene';

const COOL: Colour = [0.62, 0.65, 0.69];
const WARM: Colour = [0.68, 0.66, 0.62];
const LENGTH = 256;

/** Smooth random values along a line, from -1 to 1, `perUnit` of them to a unit of length. */
function streaks(random: Random, perUnit: number): (at: number) => number {
  const values = Float64Array.from({ length: LENGTH }, () => random.uniform(-1, 1));
  return (at) => {
    const place = at * perUnit + LENGTH / 2;
    const whole = Math.floor(place);
    const [from, to] = [values[whole & (LENGTH - 1)] ?? 0, values[(whole + 1) & (LENGTH - 1)] ?? 0];
    return from + (to - from) * smoothstep(0, 1, place - whole);
  };
}

/** Brushed steel: streaks of all widths along one direction, and the broad reflection of a lamp across them. */
export function steel(random: Random): Scene {
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
