import type { PixelCurves } from '@utad/eval';

/** What a curve counts. */
export type Subject = 'images' | 'pixels';

/** How a threshold works: rates in [0, 1]. */
export interface Operation {
  /** Share of the good ones that are called anomalous. */
  readonly falseAlarms: number;
  /** Share of the anomalous ones that are found. */
  readonly recall: number;
  /** Share of those called anomalous that are; absent where none are called so. */
  readonly precision?: number;
  /** Share of a region's pixels that are found, averaged over regions. */
  readonly overlap?: number;
}

/** How a threshold works on images; needs both classes. */
export function operationOf(
  scores: readonly { readonly label: 0 | 1; readonly score: number }[],
  threshold: number,
): Operation {
  const counts = ([0, 1] as const).map((label) => {
    const group = scores.filter((image) => image.label === label);
    return { all: group.length, called: group.filter(({ score }) => score >= threshold).length };
  });
  const [good = { all: 0, called: 0 }, anomalous = { all: 0, called: 0 }] = counts;
  const called = good.called + anomalous.called;
  return {
    falseAlarms: good.called / good.all,
    recall: anomalous.called / anomalous.all,
    ...(called > 0 && { precision: anomalous.called / called }),
  };
}

/** The same on pixels, between the two points of the curves that lie about the threshold. */
export function pixelOperationOf(curves: PixelCurves, threshold: number): Operation {
  const after = curves.thresholds.findIndex((value) => value < threshold);
  const next = after < 0 ? curves.thresholds.length - 1 : after;
  const last = after < 0 ? next : Math.max(next - 1, 0);
  const [high = 0, low = 0] = [curves.thresholds[last], curves.thresholds[next]];
  const share = Number.isFinite(high) && high > low ? (high - threshold) / (high - low) : 0;
  const between = (column: Float64Array) => {
    const [from = 0, to = 0] = [column[last], column[next]];
    return from + share * (to - from);
  };
  return {
    falseAlarms: between(curves.falsePositiveRate),
    recall: between(curves.truePositiveRate),
    ...(last > 0 && { precision: between(curves.precision) }),
    overlap: between(curves.overlap),
  };
}
