import type { RandomStream } from '@utad/core';

/**
 * A point of the picture: the origin in its middle, x to the right, y down, and 1 the length of its shorter side.
 */
export type Point = readonly [x: number, y: number];

/** A rectangle with its sides along the axes. */
export interface Box {
  readonly from: Point;
  readonly to: Point;
}

/** The least box that holds these points and all that is within `margin` of them. */
export function boxAround(points: readonly Point[], margin: number): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return {
    from: [Math.min(...xs) - margin, Math.min(...ys) - margin],
    to: [Math.max(...xs) + margin, Math.max(...ys) + margin],
  };
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** 0 up to `from`, 1 from `to` on, smooth between; `from` may be the larger. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** How much of a pixel of side `pixel` a shape covers whose border is `distance` away; negative is inside. */
export const coverage = (distance: number, pixel: number): number => clamp(0.5 - distance / pixel, 0, 1);

/** Distance from a point to the line between `from` and `to`. */
export function toSegment([x, y]: Point, from: Point, to: Point): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = clamp(((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy), 0, 1);
  return Math.hypot(x - from[0] - along * dx, y - from[1] - along * dy);
}

/** Where the product lies under the camera. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  /** Radians. */
  readonly angle: number;
  readonly scale: number;
}

/** Position within 7.5 % of the picture, scale within 8 %, and `turn` radians either way. */
export const randomPose = (random: RandomStream, turn: number): Pose => ({
  x: random.uniform(-0.075, 0.075),
  y: random.uniform(-0.075, 0.075),
  angle: random.uniform(-turn, turn),
  scale: random.uniform(0.92, 1.08),
});

/** From the picture's frame to the product's own. */
export function toProduct(pose: Pose, [x, y]: Point): Point {
  const dx = (x - pose.x) / pose.scale;
  const dy = (y - pose.y) / pose.scale;
  const cos = Math.cos(pose.angle);
  const sin = Math.sin(pose.angle);
  return [cos * dx + sin * dy, cos * dy - sin * dx];
}

/** From the product's own frame to the picture's. */
export function toPicture(pose: Pose, [u, v]: Point): Point {
  const cos = Math.cos(pose.angle);
  const sin = Math.sin(pose.angle);
  return [pose.x + pose.scale * (cos * u - sin * v), pose.y + pose.scale * (sin * u + cos * v)];
}

/** A closed outline about the origin that wavers round a circle: the radius in each direction, 1 on average. */
export function wavyOutline(random: RandomStream, depth: number): (angle: number) => number {
  const waves = [2, 3, 5].map((count) => ({
    count,
    depth: (random.uniform(-depth, depth) * 2) / count,
    at: random.uniform(0, 2 * Math.PI),
  }));
  return (angle) =>
    waves.reduce((radius, wave) => radius + wave.depth * Math.cos(wave.count * angle + wave.at), 1);
}

/** Distance to the border of a disc whose outline wavers. */
export function wavyDisc(
  random: RandomStream,
  [cx, cy]: Point,
  radius: number,
  depth: number,
): (at: Point) => number {
  const waver = wavyOutline(random, depth);
  return ([x, y]) => Math.hypot(x - cx, y - cy) - radius * waver(Math.atan2(y - cy, x - cx));
}

/** Distance to the border of an upright box about the origin with these half sides, its corners rounded by `round`. */
export function toBox([u, v]: Point, [halfU, halfV]: Point, round: number): number {
  const du = Math.abs(u) - halfU + round;
  const dv = Math.abs(v) - halfV + round;
  return Math.hypot(Math.max(du, 0), Math.max(dv, 0)) + Math.min(Math.max(du, dv), 0) - round;
}
