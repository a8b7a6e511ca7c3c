import type { Colour } from '../colour';
import { mix, scale } from '../colour';
import { cutOut } from '../defects/cut-out';
import type { Point } from '../geometry';
import { coverage, randomPose, smoothstep, toPicture, toProduct, wavyOutline } from '../geometry';
import { lightAt, randomLight } from '../light';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';

const PLANK = 0.36;
const JOINT = 0.011;
const EARLY: Colour = [0.93, 0.78, 0.6];
const LATE: Colour = [0.66, 0.47, 0.31];
const REDDISH: Colour = [1.02, 0.86, 0.78];
const PALE: Colour = [0.98, 1.02, 1.1];

/** Planks side by side, the grain running along them. */
export function wood(random: Random): Scene {
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

  const part = (draw: Random, area: number): Shape => {
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
