import type { ScoreTable } from './score-table';

/** Points of the ROC, precision-recall and PRO curves of pixels, from the strictest threshold to the loosest. */
export interface PixelCurves {
  /** Descending: `Infinity`, then scores that occur. */
  readonly thresholds: Float64Array;
  /** Share of good pixels at or over the threshold, ascending from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  /** Share of anomalous pixels at or over the threshold, which is the recall too; ascending from 0 to 1. */
  readonly truePositiveRate: Float64Array;
  /** Share of the pixels at or over the threshold that are anomalous; 1 by convention at `Infinity`. */
  readonly precision: Float64Array;
  /** Share of a region's pixels at or over the threshold, averaged over all regions; ascending from 0 to 1. */
  readonly overlap: Float64Array;
}

type Point = Readonly<Record<keyof PixelCurves, number>>;

export function curvesOf(table: ScoreTable, regions: number, points: number): PixelCurves {
  const start: Point = {
    thresholds: Number.POSITIVE_INFINITY,
    falsePositiveRate: 0,
    truePositiveRate: 0,
    precision: 1,
    overlap: 0,
  };
  const kept = [start];
  let lastKept = start;
  let last = start;
  const keep = (point: Point) => {
    kept.push(point);
    lastKept = point;
  };
  table.each((thresholds, truePositives, falsePositives, covered) => {
    const point = {
      thresholds,
      falsePositiveRate: falsePositives / table.negatives,
      truePositiveRate: truePositives / table.positives,
      precision: truePositives / (truePositives + falsePositives),
      overlap: Math.min(covered / regions, 1),
    };
    if (last !== lastKept && farthest(lastKept, point) > 1 / points) keep(last);
    last = point;
  });
  if (last !== lastKept) keep(last);
  const column = (name: keyof PixelCurves) => Float64Array.from(kept, (point) => point[name]);
  return {
    thresholds: column('thresholds'),
    falsePositiveRate: column('falsePositiveRate'),
    truePositiveRate: column('truePositiveRate'),
    precision: column('precision'),
    overlap: column('overlap'),
  };
}

function farthest(from: Point, to: Point): number {
  return Math.max(
    to.falsePositiveRate - from.falsePositiveRate,
    to.truePositiveRate - from.truePositiveRate,
    to.overlap - from.overlap,
  );
}
