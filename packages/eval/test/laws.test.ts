import {
  averagePrecision,
  bestF1,
  bestIou,
  confusionAt,
  f1At,
  iou,
  iouAt,
  minMax,
  precisionRecallCurve,
  quantile,
  rocAuc,
  rocCurve,
} from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

type Sample = { label: number; score: number };
// Whole numbers in a narrow range make ties common and every map below exact.
const sample = fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: -20, max: 20 }) });
const samples = fc
  .array(sample, { minLength: 2, maxLength: 80 })
  .filter((list) => new Set(list.map(({ label }) => label)).size === 2);
const labelsOf = (list: Sample[]) => list.map(({ label }) => label);
const scoresOf = (list: Sample[]) => list.map(({ score }) => score);
const auroc = (list: Sample[], map = (score: number) => score) =>
  rocAuc(labelsOf(list), scoresOf(list).map(map));

const holds = (law: (list: Sample[]) => void) =>
  fc.assert(
    fc.property(samples, (list) => {
      law(list);
    }),
  );

describe('AUROC', () => {
  it('is the share of pairs in order, ties half', () => {
    holds((list) => {
      let pairs = 0;
      let inOrder = 0;
      for (const good of list) {
        for (const bad of list) {
          if (good.label !== 0 || bad.label !== 1) continue;
          pairs++;
          inOrder += bad.score > good.score ? 1 : bad.score === good.score ? 0.5 : 0;
        }
      }
      expect(auroc(list)).toBe(inOrder / pairs);
    });
  });

  it('of scores and of their negatives add up to 1', () => {
    holds((list) => expect(auroc(list) + auroc(list, (score) => -score)).toBeCloseTo(1, 14));
  });

  it('does not change under a strictly monotone map', () => {
    holds((list) => {
      expect(auroc(list, (score) => score ** 3 + 5)).toBe(auroc(list));
      expect(auroc(list, (score) => Math.exp(score / 4))).toBe(auroc(list));
    });
  });

  it('does not depend on the order of the samples', () => {
    holds((list) => expect(auroc(list.toReversed())).toBe(auroc(list)));
  });

  it('is 0.5 when all scores are equal', () => {
    holds((list) => expect(auroc(list, () => 3)).toBe(0.5));
  });

  it('is the area under the ROC curve by trapezia', () => {
    holds((list) => {
      const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(labelsOf(list), scoresOf(list));
      let area = 0;
      for (let i = 1; i < x.length; i++) {
        area += (((x[i] ?? 0) - (x[i - 1] ?? 0)) * ((y[i] ?? 0) + (y[i - 1] ?? 0))) / 2;
      }
      expect(area).toBeCloseTo(auroc(list), 12);
    });
  });
});

describe('average precision', () => {
  it('is the area under the steps of the precision-recall curve', () => {
    holds((list) => {
      const { precision, recall } = precisionRecallCurve(labelsOf(list), scoresOf(list));
      let area = 0;
      for (let i = 1; i < recall.length; i++) {
        area += ((recall[i] ?? 0) - (recall[i - 1] ?? 0)) * (precision[i] ?? 0);
      }
      expect(averagePrecision(labelsOf(list), scoresOf(list))).toBeCloseTo(area, 12);
    });
  });

  it('does not change under a strictly monotone map or in another order', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      const value = averagePrecision(labels, scores);
      expect(
        averagePrecision(
          labels,
          scores.map((score) => score ** 3 + 5),
        ),
      ).toBe(value);
      expect(averagePrecision(labels.toReversed(), scores.toReversed())).toBe(value);
    });
  });

  it('is the share of anomalous samples when all scores are equal', () => {
    holds((list) => {
      const labels = labelsOf(list);
      const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
      expect(
        averagePrecision(
          labels,
          labels.map(() => 3),
        ),
      ).toBeCloseTo(share, 14);
    });
  });
});

describe('F1', () => {
  it('and IoU at one threshold tell the same: IoU = F1 / (2 - F1)', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      for (const threshold of scores) {
        const f1 = f1At(labels, scores, threshold);
        expect(iouAt(labels, scores, threshold)).toBeCloseTo(f1 / (2 - f1), 14);
      }
    });
  });

  it('at its best is reached at the threshold named and nowhere exceeded', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      const best = bestF1(labels, scores);
      expect(f1At(labels, scores, best.threshold)).toBe(best.f1);
      for (let threshold = -21; threshold <= 21; threshold++) {
        expect(f1At(labels, scores, threshold)).toBeLessThanOrEqual(best.f1);
      }
    });
  });

  it('is best at the threshold at which IoU is best', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      expect(bestF1(labels, scores).threshold).toBe(bestIou(labels, scores).threshold);
    });
  });
});

describe('confusion', () => {
  it('counts every sample once, and fewer samples are called anomalous the higher the threshold', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      let called = list.length;
      for (let threshold = -21; threshold <= 21; threshold++) {
        const counts = confusionAt(labels, scores, threshold);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(list.length);
        expect(counts.truePositives + counts.falsePositives).toBeLessThanOrEqual(called);
        called = counts.truePositives + counts.falsePositives;
      }
      expect(called).toBe(0);
    });
  });
});

describe('IoU', () => {
  it('at a threshold is the IoU of the thresholded scores', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      const prediction = scores.map((score) => Number(score >= 3));
      expect(iouAt(labels, scores, 3)).toBe(iou(labels, prediction));
    });
  });

  it('at its best is reached at the threshold named and nowhere exceeded', () => {
    holds((list) => {
      const [labels, scores] = [labelsOf(list), scoresOf(list)];
      const best = bestIou(labels, scores);
      expect(iouAt(labels, scores, best.threshold)).toBe(best.iou);
      for (let threshold = -21; threshold <= 21; threshold++) {
        expect(iouAt(labels, scores, threshold)).toBeLessThanOrEqual(best.iou);
      }
    });
  });

  it('is symmetric, and 1 with itself', () => {
    holds((list) => {
      const [labels, other] = [labelsOf(list), labelsOf(list.toReversed())];
      expect(iou(labels, other)).toBe(iou(other, labels));
      expect(iou(labels, labels)).toBe(1);
    });
  });
});

describe('quantile', () => {
  it('runs from the smallest to the largest value and never falls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p, q) => {
          const { min, max } = minMax(values);
          expect(quantile(values, 0) === min && quantile(values, 1) === max).toBe(true);
          expect(quantile(values, Math.min(p, q))).toBeLessThanOrEqual(quantile(values, Math.max(p, q)));
        },
      ),
    );
  });
});

it('ranks pixels in a Float32Array as it does in an array', () => {
  holds((list) => {
    const scores = scoresOf(list).map((score) => Math.fround(score / 3));
    expect(rocAuc(Uint8Array.from(labelsOf(list)), Float32Array.from(scores))).toBe(
      rocAuc(labelsOf(list), scores),
    );
  });
});

it('ranks many pixels in a Float32Array, sorted digit by digit, as the same in double precision', () => {
  const labels = Uint8Array.from({ length: 100_000 }, (_, i) => Number((i * 7919) % 11 === 0));
  for (const offset of [0, -0.4, -2]) {
    const scores = Float32Array.from(
      labels,
      (label, i) => ((i * 104_729) % 65_537) / 65_537 + label / 3 + offset,
    );
    expect(rocAuc(labels, scores)).toBe(rocAuc(labels, Float64Array.from(scores)));
    expect(bestF1(labels, scores)).toEqual(bestF1(labels, Float64Array.from(scores)));
    const curve = rocCurve(labels, scores);
    expect(curve.thresholds).toEqual(curve.thresholds.toSorted().reverse());
  }
});
