import { defectKinds, type Range, type SyntheticDefect } from './kinds';

/** The shares of the central square that a defect may cover: half of its own at severity 0, twice that at 1. */
export function areaAt(kind: SyntheticDefect, severity: number): Range {
  const growth = 4 ** (severity - 0.5);
  const [least, most] = defectKinds[kind].area;
  return [least * growth, most * growth];
}

/** The opacity of a defect: 0.4 at severity 0, full from 0.5 on. */
export const strengthAt = (severity: number): number => Math.min(1, 0.4 + 1.2 * severity);
