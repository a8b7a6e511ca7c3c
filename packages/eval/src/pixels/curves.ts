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

interface Point {
  readonly threshold: number;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  readonly precision: number;
  readonly overlap: number;
}

/** Leaves out points as long as no rate moves by more than one part in `points` between those that stay. */
export function curvesOf(table: ScoreTable, regions: number, points: number): PixelCurves {
  const start: Point = {
    threshold: Number.POSITIVE_INFINITY,
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
  table.each((threshold, truePositives, falsePositives, covered) => {
    const point = {
      threshold,
      falsePositiveRate: falsePositives / table.negatives,
      truePositiveRate: truePositives / table.positives,
      precision: truePositives / (truePositives + falsePositives),
      overlap: Math.min(covered / regions, 1),
    };
    if (last !== lastKept && farthest(lastKept, point) > 1 / points) keep(last);
    last = point;
  });
  if (last !== lastKept) keep(last);
  const column = (value: (point: Point) => number) => Float64Array.from(kept, value);
  return {
    thresholds: column(({ threshold }) => threshold),
    falsePositiveRate: column(({ falsePositiveRate }) => falsePositiveRate),
    truePositiveRate: column(({ truePositiveRate }) => truePositiveRate),
    precision: column(({ precision }) => precision),
    overlap: column(({ overlap }) => overlap),
  };
}

function farthest(from: Point, to: Point): number {
  return Math.max(
    to.falsePositiveRate - from.falsePositiveRate,
    to.truePositiveRate - from.truePositiveRate,
    to.overlap - from.overlap,
  );
}
