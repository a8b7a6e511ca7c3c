import type { Point } from '../geometry';

/** Distance to the border of an upright box about the origin with these half sides, its corners rounded by `round`. */
export function toBox([u, v]: Point, [halfU, halfV]: Point, round: number): number {
  const du = Math.abs(u) - halfU + round;
  const dv = Math.abs(v) - halfV + round;
  return Math.hypot(Math.max(du, 0), Math.max(dv, 0)) + Math.min(Math.max(du, dv), 0) - round;
}
