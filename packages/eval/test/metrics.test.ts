import { readFileSync } from 'node:fs';
import {
  averagePrecision,
  bestF1,
  bestIou,
  confusionAt,
  f1At,
  iou,
  iouAt,
  MetricError,
  minMax,
  precisionRecallCurve,
  quantile,
  rocAuc,
  rocCurve,
} from '@utad/eval';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  labels: number[];
  scores: number[];
  auroc: number;
  curve: { fpr: number[]; tpr: number[]; thresholds: number[] };
  iou: { threshold: number; value: number };
  best: { iou: number; threshold: number };
  averagePrecision: number;
  precisionRecall: { precision: number[]; recall: number[]; thresholds: number[] };
  f1: number;
  bestF1: { f1: number; threshold: number };
  /** [[TN, FP], [FN, TP]], at the threshold of IoU. */
  confusion: [[number, number], [number, number]];
  quantiles: [number, number][];
}
const cases: Case[] = JSON.parse(readFileSync(new URL('fixtures/metrics.json', import.meta.url), 'utf8'));

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof MetricError) return error.code;
    throw error;
  }
  return 'no error';
};

describe.each(cases)('scikit-learn and numpy agree: $name', (expected) => {
  const { labels, scores } = expected;

  it('on AUROC', () => {
    expect(rocAuc(labels, scores)).toBeCloseTo(expected.auroc, 13);
    expect(rocAuc(Uint8Array.from(labels), Float64Array.from(scores))).toBe(rocAuc(labels, scores));
  });

  it('on every point of the ROC curve', () => {
    const curve = rocCurve(labels, scores);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, ...expected.curve.thresholds]);
    expect([...curve.falsePositiveRate]).toEqual(expected.curve.fpr);
    expect([...curve.truePositiveRate]).toEqual(expected.curve.tpr);
  });

  it('on IoU at a threshold and at its best', () => {
    const { threshold, value } = expected.iou;
    expect(iouAt(labels, scores, threshold)).toBeCloseTo(value, 14);
    const prediction = scores.map((score) => Number(score >= threshold));
    expect(iou(labels, prediction)).toBeCloseTo(value, 14);
    expect(bestIou(labels, scores).iou).toBeCloseTo(expected.best.iou, 14);
    expect(bestIou(labels, scores).threshold).toBe(expected.best.threshold);
  });

  it('on average precision', () => {
    expect(averagePrecision(labels, scores)).toBeCloseTo(expected.averagePrecision, 13);
  });

  it('on every point of the precision-recall curve', () => {
    const { precision, recall, thresholds } = expected.precisionRecall;
    const curve = precisionRecallCurve(labels, scores);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, ...thresholds.toReversed()]);
    expect([...curve.precision]).toEqual(precision.toReversed());
    expect([...curve.recall]).toEqual(recall.toReversed());
  });

  it('on F1 and the confusion matrix at a threshold, and on the best F1', () => {
    const { threshold } = expected.iou;
    expect(f1At(labels, scores, threshold)).toBeCloseTo(expected.f1, 14);
    expect(bestF1(labels, scores).f1).toBeCloseTo(expected.bestF1.f1, 14);
    expect(bestF1(labels, scores).threshold).toBe(expected.bestF1.threshold);
    const [[trueNegatives, falsePositives], [falseNegatives, truePositives]] = expected.confusion;
    expect(confusionAt(labels, scores, threshold)).toEqual({
      truePositives,
      falsePositives,
      trueNegatives,
      falseNegatives,
    });
  });

  it('on quantiles', () => {
    const extent = Math.max(...scores.map(Math.abs));
    for (const [q, value] of expected.quantiles) {
      expect(quantile(scores, q) / extent).toBeCloseTo(value / extent, 13);
    }
  });
});

describe('by hand', () => {
  it('counts three of four pairs in order as AUROC 0.75', () => {
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
  });

  it('counts a tie between the classes as half a pair', () => {
    expect(rocAuc([0, 1, 1], [1, 1, 2])).toBe(0.75);
    expect(rocAuc([0, 1], [0, -0])).toBe(0.5);
  });

  it('collapses ties of the ROC curve into one point', () => {
    const curve = rocCurve([0, 1, 0, 1], [1, 1, 1, 2]);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, 2, 1]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 1]);
  });

  it('divides two shared pixels by four in either as IoU 0.5', () => {
    expect(iou([1, 1, 1, 0, 0], [0, 1, 1, 1, 0])).toBe(0.5);
  });

  it('calls a pixel anomalous when its score equals the threshold', () => {
    expect(iouAt([0, 1], [0.2, 0.5], 0.5)).toBe(1);
  });

  it('gives IoU 0 when nothing reaches the threshold or nothing is anomalous', () => {
    expect(iouAt([0, 1], [0.2, 0.5], Number.POSITIVE_INFINITY)).toBe(0);
    expect(iou([0, 0], [0, 1])).toBe(0);
  });

  it('gives the share of anomalous pixels when every pixel is called anomalous', () => {
    expect(iouAt([0, 1, 0, 0], [0, 0.5, 0.1, 0.7], 0)).toBe(0.25);
  });

  it('takes the highest of the thresholds that give the best IoU', () => {
    // At 3: 1/2, at 2: 1/3, at 1: 2/4.
    expect(bestIou([1, 0, 0, 1], [3, 2, 2, 1])).toEqual({ iou: 0.5, threshold: 3 });
  });

  it('averages the precision at each anomalous score', () => {
    // 0.8: 1 of 1; 0.35: 2 of 3.
    expect(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBeCloseTo(5 / 6, 15);
    expect(averagePrecision([1, 1], [0, 1])).toBe(1);
  });

  it('starts the precision-recall curve at (0, 1) and ends it at the share of anomalous samples', () => {
    const { precision, recall } = precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
    expect([...precision]).toEqual([1, 1, 0.5, 2 / 3, 0.5]);
    expect([...recall]).toEqual([0, 0.5, 0.5, 1, 1]);
  });

  it('finds F1 0.8 with two hits and one false alarm', () => {
    expect(f1At([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.35)).toBe(0.8);
    expect(bestF1([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toEqual({ f1: 0.8, threshold: 0.35 });
    expect(f1At([0, 0], [0, 1], 0.5)).toBe(0);
  });

  it('counts one of each at a threshold, the score that equals it included', () => {
    expect(confusionAt([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.4)).toEqual({
      truePositives: 1,
      falsePositives: 1,
      trueNegatives: 1,
      falseNegatives: 1,
    });
    expect(confusionAt([], [], 0)).toEqual({
      truePositives: 0,
      falsePositives: 0,
      trueNegatives: 0,
      falseNegatives: 0,
    });
  });

  it('interpolates quantiles and leaves the values in their order', () => {
    const values = new Float32Array([4, 1, 3, 2]);
    expect(quantile(values, 0.5)).toBe(2.5);
    expect(quantile(values, 0.25)).toBe(1.75);
    expect([...values]).toEqual([4, 1, 3, 2]);
    expect(quantile([7], 0.3)).toBe(7);
  });

  it('finds the extremes of a million values', () => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003);
    values[500] = -1;
    values[501] = 2_000_000;
    expect(minMax(values)).toEqual({ min: -1, max: 2_000_000 });
  });
});

describe('a metric that is undefined says why', () => {
  it('needs both classes to rank', () => {
    expect(() => rocAuc([0, 0, 0], [1, 2, 3])).toThrow(
      'rocAuc: expected labels of both classes, received 3 zeros',
    );
    expect(codeOf(() => rocAuc([1], [1]))).toBe('one-class');
    expect(codeOf(() => rocAuc([], []))).toBe('one-class');
    expect(codeOf(() => rocCurve([1, 1], [1, 2]))).toBe('one-class');
  });

  it('needs an anomalous pixel for IoU', () => {
    expect(codeOf(() => iou([0, 0], [0, 0]))).toBe('no-positives');
    expect(codeOf(() => iouAt([0, 0], [1, 2], 3))).toBe('no-positives');
    expect(codeOf(() => bestIou([0, 0], [1, 2]))).toBe('no-positives');
  });

  it('needs an anomalous sample for precision, recall and F1', () => {
    expect(() => averagePrecision([0, 0], [1, 2])).toThrow(
      'averagePrecision: expected a one among the labels, received 2 zeros',
    );
    expect(codeOf(() => precisionRecallCurve([0, 0], [1, 2]))).toBe('no-positives');
    expect(codeOf(() => bestF1([0, 0], [1, 2]))).toBe('no-positives');
    expect(codeOf(() => f1At([0, 0], [1, 2], 3))).toBe('no-positives');
    expect(codeOf(() => averagePrecision([], []))).toBe('no-positives');
  });

  it('refuses NaN and infinite scores and names the place', () => {
    expect(() => rocAuc([0, 1], [0, Number.NaN])).toThrow('received NaN at index 1');
    expect(codeOf(() => rocCurve([0, 1], [0, Number.POSITIVE_INFINITY]))).toBe('not-finite');
    expect(codeOf(() => iouAt([0, 1], [Number.NaN, 1], 0.5))).toBe('not-finite');
    expect(codeOf(() => bestIou([0, 1], [Number.NaN, 1]))).toBe('not-finite');
    expect(codeOf(() => averagePrecision([0, 1], [Number.NaN, 1]))).toBe('not-finite');
    expect(codeOf(() => precisionRecallCurve([0, 1], [Number.NaN, 1]))).toBe('not-finite');
    expect(codeOf(() => bestF1([0, 1], [Number.NaN, 1]))).toBe('not-finite');
    expect(codeOf(() => f1At([0, 1], [Number.NaN, 1], 0))).toBe('not-finite');
    expect(codeOf(() => confusionAt([0, 1], [Number.NaN, 1], 0))).toBe('not-finite');
    expect(codeOf(() => quantile([1, Number.NaN], 0.5))).toBe('not-finite');
    expect(codeOf(() => minMax(new Float32Array([1, Number.NaN])))).toBe('not-finite');
  });

  it('refuses labels other than 0 and 1, and lengths that differ', () => {
    expect(() => rocAuc([0, 2], [0, 1])).toThrow('rocAuc: expected labels of 0 and 1, received 2 at index 1');
    expect(codeOf(() => iou([0, 1], [0, 0.5]))).toBe('label');
    expect(() => rocAuc([0, 1], [0])).toThrow('expected as many labels as scores, received 2 and 1');
    expect(codeOf(() => iou([0], [0, 1]))).toBe('length');
    expect(codeOf(() => iouAt([0], [0, 1], 0))).toBe('length');
  });

  it('refuses a q outside [0, 1], a threshold that is NaN, and no values', () => {
    expect(codeOf(() => quantile([1], 1.1))).toBe('range');
    expect(codeOf(() => quantile([1], Number.NaN))).toBe('range');
    expect(codeOf(() => iouAt([1], [1], Number.NaN))).toBe('range');
    expect(codeOf(() => f1At([1], [1], Number.NaN))).toBe('range');
    expect(codeOf(() => confusionAt([1], [1], Number.NaN))).toBe('range');
    expect(codeOf(() => quantile([], 0.5))).toBe('empty');
    expect(codeOf(() => minMax([]))).toBe('empty');
  });
});
