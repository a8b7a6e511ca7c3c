import * as everything from '@utad/eval';
import {
  aupro,
  averagePrecision,
  bestF1,
  bestIou,
  bootstrapDifference,
  bootstrapInterval,
  bootstrapValues,
  compareRocAuc,
  confusionAt,
  connectedRegions,
  f1At,
  iou,
  iouAt,
  iouPerImageAt,
  MetricError,
  mean,
  minMax,
  PixelAccumulator,
  precisionRecallCurve,
  proCurve,
  quantile,
  regionsAt,
  rocAuc,
  rocCurve,
  sampleDeviation,
  signedRankTest,
} from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const labels = [0, 0, 1, 1];
const sound = [0.1, 0.4, 0.35, 0.8];
const size = [1, 4] as const;
/** A metric that looks at nothing, so that what calls it has to. */
const blind = () => 1;

const adding = (masks: readonly number[], scores: readonly number[]): PixelAccumulator => {
  const pixels = new PixelAccumulator();
  pixels.add(Float32Array.from(scores), masks, size);
  return pixels;
};

/** Every function, as a function of its scores. A function that is exported and stands in no list fails the last test. */
const ofScores: Record<string, (scores: readonly number[]) => unknown> = {
  aupro: (scores) => aupro(labels, scores, size),
  averagePrecision: (scores) => averagePrecision(labels, scores),
  bestF1: (scores) => bestF1(labels, scores),
  bestIou: (scores) => bestIou(labels, scores),
  bootstrapDifference: (scores) => bootstrapDifference(labels, scores, sound, blind, { resamples: 2 }),
  bootstrapInterval: (scores) => bootstrapInterval(labels, scores, blind, { resamples: 2 }),
  bootstrapValues: (scores) => bootstrapValues(labels, scores, blind, { resamples: 2 }),
  compareRocAuc: (scores) => compareRocAuc(labels, sound, scores),
  confusionAt: (scores) => confusionAt(labels, scores, 0.2),
  connectedRegions: (scores) => connectedRegions(labels, size, scores),
  f1At: (scores) => f1At(labels, scores, 0.2),
  iouAt: (scores) => iouAt(labels, scores, 0.2),
  iouPerImageAt: (scores) => iouPerImageAt(labels, scores, size, 0.2),
  mean: (scores) => mean(scores),
  minMax: (scores) => minMax(scores),
  PixelAccumulator: (scores) => adding(labels, scores),
  precisionRecallCurve: (scores) => precisionRecallCurve(labels, scores),
  proCurve: (scores) => proCurve(labels, scores, size),
  quantile: (scores) => quantile(scores, 0.5),
  regionsAt: (scores) => regionsAt(scores, size, 0.2),
  rocAuc: (scores) => rocAuc(labels, scores),
  rocCurve: (scores) => rocCurve(labels, scores),
  sampleDeviation: (scores) => sampleDeviation(scores),
  signedRankTest: (scores) => signedRankTest(scores),
};
/** They are given what was made of scores before. */
const ofValues = ['differenceOfValues', 'intervalOfValues'];
/** It is asynchronous, and tested with what else it refuses. */
const ofRuns = ['compareRuns'];
const withoutScores = ['iou', 'holmCorrection', 'MetricError', 'quantileExceedance', ...ofRuns, ...ofValues];

describe.each(Object.entries(ofScores))('%s', (_, measure) => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d at every place',
    (wrong) => {
      expect(() => measure(sound)).not.toThrow();
      for (let place = 0; place < sound.length; place++) {
        expect(() => measure(sound.with(place, wrong))).toThrow(
          expect.objectContaining({ name: 'MetricError', code: 'not-finite' }),
        );
      }
    },
  );
});

it('these are all functions that there are', () => {
  expect([...Object.keys(ofScores), ...withoutScores].sort()).toEqual(Object.keys(everything).sort());
  expect(() => iou([0, Number.NaN], [0, 1])).toThrow(MetricError);
  expect(() => iou([0, 1], [0, Number.NaN])).toThrow(MetricError);
});

describe('a score that equals the threshold is anomalous', () => {
  // Halves of whole numbers are exact in float32 as well.
  const scored = fc
    .array(fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: -9, max: 9 }) }), {
      minLength: 2,
      maxLength: 30,
    })
    .filter((list) => new Set(list.map(({ label }) => label)).size === 2)
    .map((list) => ({
      labels: list.map(({ label }) => label),
      scores: list.map(({ score }) => score / 2 + 0),
    }));
  const counts = (found: readonly boolean[], labels: readonly number[]) => {
    const count = (label: number, called: boolean) =>
      labels.filter((value, i) => value === label && found[i] === called).length;
    return {
      truePositives: count(1, true),
      falsePositives: count(0, true),
      trueNegatives: count(0, false),
      falseNegatives: count(1, false),
    };
  };

  it('for every metric at a threshold', () => {
    fc.assert(
      fc.property(scored, ({ labels, scores }) => {
        const size = [1, labels.length] as const;
        const pixels = new PixelAccumulator();
        pixels.add(Float32Array.from(scores), labels, size);
        for (const threshold of scores) {
          const expected = counts(
            scores.map((score) => score >= threshold),
            labels,
          );
          const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = expected;
          expect(confusionAt(labels, scores, threshold)).toEqual(expected);
          expect(pixels.confusionAt(threshold)).toEqual(expected);
          for (const value of [f1At(labels, scores, threshold), pixels.f1At(threshold)]) {
            expect(value).toBe((2 * tp) / (2 * tp + fp + fn));
          }
          for (const value of [
            iouAt(labels, scores, threshold),
            pixels.iouAt(threshold),
            iouPerImageAt(labels, scores, size, threshold).mean,
          ]) {
            expect(value).toBe(tp / (tp + fp + fn));
          }
          const marked = regionsAt(scores, size, threshold).reduce((sum, { area }) => sum + area, 0);
          expect(marked).toBe(tp + fp);
        }
      }),
    );
  });

  it('at every point of every curve', () => {
    fc.assert(
      fc.property(scored, ({ labels, scores }) => {
        const size = [1, labels.length] as const;
        const positives = labels.filter((label) => label === 1).length;
        const negatives = labels.length - positives;
        const roc = rocCurve(labels, scores);
        const { precision, recall, thresholds } = precisionRecallCurve(labels, scores);
        const pro = proCurve(labels, scores, size);
        expect([thresholds, pro.thresholds]).toEqual([roc.thresholds, roc.thresholds]);
        for (const [i, threshold] of roc.thresholds.entries()) {
          const { truePositives, falsePositives } = confusionAt(labels, scores, threshold);
          expect(roc.truePositiveRate[i]).toBe(truePositives / positives);
          expect(roc.falsePositiveRate[i]).toBe(falsePositives / negatives);
          expect(pro.falsePositiveRate[i]).toBe(falsePositives / negatives);
          expect(recall[i]).toBe(truePositives / positives);
          expect(precision[i]).toBe(i === 0 ? 1 : truePositives / (truePositives + falsePositives));
        }
      }),
    );
  });
});

it('a threshold fitted on good samples is reached by no more of them than the share that it leaves, and one', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (good, q) => {
        const threshold = quantile(good, q);
        const reached = good.filter((score) => score >= threshold).length;
        expect(reached).toBeLessThanOrEqual((1 - q) * (good.length - 1) + 1 + 1e-9);
        expect(reached).toBeGreaterThanOrEqual(1);
      },
    ),
  );
});
