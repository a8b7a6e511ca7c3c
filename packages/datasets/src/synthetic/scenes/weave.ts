import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import { cutOut } from '../defects/cut-out';
import type { Point } from '../geometry';
import { randomPose, toPicture, toProduct } from '../geometry';
import { lightAt, randomLight } from '../light';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';

/** Threads across the picture. */
const THREADS = 7;
const COTTON: Colour = [0.88, 0.86, 0.8];
const DENIM: Colour = [0.6, 0.7, 0.88];
const RUST: Colour = [0.88, 0.68, 0.56];

const fraction = (value: number) => value - Math.floor(value);

/** A plain weave seen close: round threads over and under each other, warp and weft in two shades of one dye. */
export function weave(random: Random): Scene {
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

  const part = (draw: Random, area: number): Shape => {
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
