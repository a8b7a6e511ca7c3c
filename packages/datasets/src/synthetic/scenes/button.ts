import { mix, scale, wheel } from '../colour';
import { cutOut } from '../defects/cut-out';
import type { Point } from '../geometry';
import { coverage, randomPose, smoothstep, toPicture, toProduct, wavyOutline } from '../geometry';
import { facing, lightAt, randomLight, randomTable, tableUnder } from '../light';
import type { Random } from '../random';
import type { Scene, Shape } from '../scene';

const RADIUS = 0.36;
const RIM = 0.26;
const HOLE = { at: 0.085, radius: 0.042 };

function outline([u, v]: Point): number {
  const hole = Math.hypot(Math.abs(u) - HOLE.at, Math.abs(v) - HOLE.at) - HOLE.radius;
  return Math.max(Math.hypot(u, v) - RADIUS, -hole);
}

/** Steepness of the moulded profile, positive where the surface falls outwards: a raised rim round a flat dish. */
const slope = (r: number): number =>
  smoothstep(RADIUS - 0.05, RADIUS, r) - smoothstep(RIM - 0.03, RIM, r) * smoothstep(RIM + 0.035, RIM, r);

/** A four-hole button of any hue, with a raised rim. */
export function button(random: Random): Scene {
  const pose = randomPose(random, Math.PI / 9);
  const light = randomLight(random);
  const table = randomTable(random);
  const plastic = wheel(random.uniform(0, 1), 0.38, random.uniform(0.74, 0.95));

  const surface = (at: Point) => pose.scale * outline(toProduct(pose, at));
  const shadowed = tableUnder(table, light, surface);

  const part = (draw: Random, area: number): Shape => {
    // A bite centred on the border takes a little less than half a disc.
    const radius = Math.sqrt((2.3 * area) / Math.PI);
    const angle = draw.uniform(0, 2 * Math.PI);
    const waver = wavyOutline(draw, 0.06);
    const [cx, cy] = toPicture(pose, [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)]);
    return ([x, y]) => Math.hypot(x - cx, y - cy) - radius * waver(Math.atan2(y - cy, x - cx));
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
