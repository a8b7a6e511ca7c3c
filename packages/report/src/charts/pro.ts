import type { PixelCurves } from '@utad/eval';
import { formatHundredths } from '../page/format';
import type { Html } from '../page/html';
import type { Operation } from './operation';
import { pointsOf } from './points';
import { unitChart } from './unit-chart';

/** Where the area under the curve ends: above it, a map marks so much that no one would use it. */
const proLimit = 0.3;

/** Per-region overlap against false alarms, with the area that AUPRO measures. */
export function proChart({ falsePositiveRate, overlap }: PixelCurves, at: Operation): Html {
  return unitChart({
    label:
      `Per-region overlap curve. At the fitted threshold, ${formatHundredths(at.overlap ?? 0)} % of a defect is found on average, ` +
      `and ${formatHundredths(at.falseAlarms)} % of good pixels are called anomalous. AUPRO is the area up to ${proLimit}.`,
    axes: ['good pixels called anomalous', 'mean share of a defect found'],
    curve: pointsOf(falsePositiveRate, overlap),
    chance: [
      [0, 0],
      [1, 1],
    ],
    limit: proLimit,
    mark: at.overlap === undefined ? undefined : [at.falseAlarms, at.overlap],
  });
}
