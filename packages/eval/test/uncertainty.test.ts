import { readFileSync } from 'node:fs';
import {
  averagePrecision,
  bestF1,
  bootstrapDifference,
  bootstrapInterval,
  compareRocAuc,
  MetricError,
  rocAuc,
} from '@utad/eval';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  labels: number[];
  a: number[];
  b: number[];
  delong: Record<'a' | 'b' | 'standardError' | 'z' | 'pValue' | 'low' | 'high', number>;
  auroc: Record<'percentile' | 'bca', [number, number]>;
  averagePrecision: Record<'percentile' | 'bca', [number, number]>;
}
const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('fixtures/statistics.json', import.meta.url), 'utf8'),
);

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof MetricError) return error.code;
    throw error;
  }
  return 'no error';
};

describe.each(cases)("DeLong's test by its definition agrees: $name", ({ labels, a, b, delong }) => {
  it('on both AUROC, standard error, z, p-value and interval', () => {
    const found = compareRocAuc(labels, a, b, { confidence: 0.9 });
    expect(found.a).toBeCloseTo(delong.a, 13);
    expect(found.b).toBeCloseTo(delong.b, 13);
    expect(found.difference).toBeCloseTo(delong.a - delong.b, 13);
    expect(found.standardError).toBeCloseTo(delong.standardError, 13);
    expect(found.test?.z).toBeCloseTo(delong.z, 10);
    expect(found.test?.pValue).toBeCloseTo(delong.pValue, 12);
    expect(found.test?.low).toBeCloseTo(delong.low, 12);
    expect(found.test?.high).toBeCloseTo(delong.high, 12);
  });
});

describe("DeLong's test", () => {
  const mixed = fc
    .array(
      fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
      {
        minLength: 4,
        maxLength: 40,
      },
    )
    .map((rows) => [[0, 1, 2] as const, [0, 4, 1] as const, [1, 2, 5] as const, [1, 0, 0] as const, ...rows])
    .map((rows) => ({
      labels: rows.map(([label]) => label),
      a: rows.map(([, a]) => a),
      b: rows.map(([, , b]) => b),
    }));

  it('changes sign, and nothing else, when the detectors change places', () => {
    fc.assert(
      fc.property(mixed, ({ labels, a, b }) => {
        const [one, other] = [compareRocAuc(labels, a, b), compareRocAuc(labels, b, a)];
        expect(one.a).toBe(rocAuc(labels, a));
        expect(one.b).toBe(rocAuc(labels, b));
        expect(one.difference).toBeCloseTo(-other.difference, 14);
        expect(one.standardError).toBeCloseTo(other.standardError, 14);
        expect(one.test?.pValue ?? null).toBe(other.test?.pValue ?? null);
      }),
    );
  });

  it('says nothing about a detector and itself under a monotone map', () => {
    fc.assert(
      fc.property(mixed, ({ labels, a }) => {
        const found = compareRocAuc(
          labels,
          a,
          a.map((score) => 2 * score - 7),
        );
        expect(found).toMatchObject({ difference: 0, standardError: 0, test: null });
      }),
    );
  });

  it('gives z 0.707 for four images by hand', () => {
    const found = compareRocAuc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.4, 0.35, 0.8]);
    expect(found).toMatchObject({ a: 1, b: 0.75, difference: 0.25 });
    expect(found.standardError).toBeCloseTo(Math.sqrt(1 / 8), 15);
    expect(found.test?.z).toBeCloseTo(Math.SQRT1_2, 15);
    expect(found.test?.pValue).toBeCloseTo(0.4795001221869535, 14);
  });

  it('keeps its digits in the tail, where differences are certain', () => {
    // 2 Phi(-z) of a large z would be 0 if it were taken as 2 (1 - Phi(z)).
    const labels = Array.from({ length: 400 }, (_, i) => i % 2);
    const good = labels.map((label, i) => label * 3 + Math.sin(i));
    const bad = labels.map((_, i) => Math.sin(i * 1.7));
    const { test } = compareRocAuc(labels, good, bad);
    expect(test?.z).toBeGreaterThan(9);
    expect(test?.pValue).toBeGreaterThan(0);
    expect(test?.pValue).toBeLessThan(1e-18);
  });

  it('refuses what it cannot test', () => {
    expect(codeOf(() => compareRocAuc([0, 0], [1, 2], [1, 2]))).toBe('one-class');
    expect(codeOf(() => compareRocAuc([0, 0, 1], [1, 2, 3], [1, 2, 3]))).toBe('too-few');
    expect(codeOf(() => compareRocAuc([0, 0, 1, 1], [1, 2, 3, 4], [1, 2, 3]))).toBe('length');
    expect(codeOf(() => compareRocAuc([0, 0, 1, 1], [1, 2, 3, 4], [1, 2, 3, Number.NaN]))).toBe('not-finite');
    expect(codeOf(() => compareRocAuc([0, 1], [1, 2], [1, 2], { confidence: 1 }))).toBe('range');
  });
});

describe.each(cases)('scipy gives the same bootstrap interval, up to chance: $name', (sample) => {
  const options = { confidence: 0.9, resamples: 20_000, seed: 5 };
  it.each(['percentile', 'bca'] as const)('by the %s method', (method) => {
    for (const [metric, expected] of [
      [rocAuc, sample.auroc],
      [averagePrecision, sample.averagePrecision],
    ] as const) {
      const { low, high, estimate } = bootstrapInterval(sample.labels, sample.a, metric, {
        ...options,
        method,
      });
      expect(estimate).toBe(metric(sample.labels, sample.a));
      expect(Math.abs(low - expected[method][0])).toBeLessThan(0.006);
      expect(Math.abs(high - expected[method][1])).toBeLessThan(0.006);
    }
  });
});

it('BCa and percentile intervals differ by more than that chance where a metric is skewed', () => {
  const gaps = cases.flatMap(({ auroc, averagePrecision }) =>
    [auroc, averagePrecision].map(({ percentile, bca }) => Math.abs(percentile[0] - bca[0])),
  );
  expect(Math.max(...gaps)).toBeGreaterThan(0.02);
});

describe('a bootstrap', () => {
  const { labels, a, b } = cases[0] ?? { labels: [], a: [], b: [] };

  it('gives the same interval for the same seed and another for another', () => {
    const interval = (seed: number) => bootstrapInterval(labels, a, rocAuc, { seed, resamples: 300 });
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(2));
  });

  it('draws good from good and anomalous from anomalous', () => {
    const seen = new Set<string>();
    const ones = labels.filter((label) => label === 1).length;
    bootstrapInterval(
      labels,
      labels.map((label, i) => label * 1000 + i),
      (drawn, scores) => {
        expect(Array.from(drawn).filter((label) => label === 1)).toHaveLength(ones);
        for (let i = 0; i < drawn.length; i++) expect((scores[i] ?? 0) >= 1000).toBe(drawn[i] === 1);
        seen.add(Array.from(scores).join());
        return 0;
      },
      { resamples: 50, method: 'percentile' },
    );
    expect(seen.size).toBe(51);
  });

  it('covers the estimate of images in which nothing varies with no width', () => {
    expect(bootstrapInterval([0, 0, 1, 1], [0, 1, 2, 3], rocAuc)).toEqual({ estimate: 1, low: 1, high: 1 });
    expect(bootstrapDifference([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [4, 3, 2, 1], rocAuc)).toEqual({
      estimate: 1,
      low: 1,
      high: 1,
    });
  });

  it('says of four images that they tell nothing', () => {
    const options = { method: 'percentile' } as const;
    expect(bootstrapInterval([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], rocAuc, options)).toEqual({
      estimate: 0.75,
      low: 0,
      high: 1,
    });
  });

  it('is wider the more confidence is asked for', () => {
    const width = (confidence: number) => {
      const { low, high } = bootstrapInterval(labels, a, rocAuc, { confidence, resamples: 500 });
      return high - low;
    };
    expect(width(0.5)).toBeLessThan(width(0.8));
    expect(width(0.8)).toBeLessThan(width(0.99));
  });

  it('of a difference is paired: what is hard for both detectors cancels', () => {
    const noisy = a.map((score, i) => score + 0.01 * Math.sin(i));
    const options = { method: 'percentile', resamples: 1000 } as const;
    const paired = bootstrapDifference(labels, a, noisy, rocAuc, options);
    const alone = bootstrapInterval(labels, a, rocAuc, options);
    expect(paired.high - paired.low).toBeLessThan((alone.high - alone.low) / 5);
  });

  it("of a difference of AUROC agrees with DeLong's interval within a few hundredths", () => {
    const { test } = compareRocAuc(labels, a, b);
    const { low, high, estimate } = bootstrapDifference(labels, a, b, rocAuc, { resamples: 4000 });
    expect(estimate).toBeCloseTo(rocAuc(labels, a) - rocAuc(labels, b), 15);
    expect(Math.abs(low - (test?.low ?? Number.NaN))).toBeLessThan(0.03);
    expect(Math.abs(high - (test?.high ?? Number.NaN))).toBeLessThan(0.03);
  });

  it('takes any metric of labels and scores', () => {
    const { estimate, low, high } = bootstrapInterval(labels, a, (l, s) => bestF1(l, s).f1, {
      resamples: 300,
      method: 'percentile',
    });
    expect(low).toBeLessThanOrEqual(estimate);
    expect(estimate).toBeLessThanOrEqual(high);
  });

  it('refuses a BCa interval where all resamples lie on one side', () => {
    let calls = 0;
    const growing = () => calls++;
    expect(codeOf(() => bootstrapInterval(labels, a, growing))).toBe('one-sided');
  });

  it('refuses single samples, no samples, and options outside their range', () => {
    expect(codeOf(() => bootstrapInterval([0, 0, 1], [1, 2, 3], rocAuc))).toBe('too-few');
    expect(codeOf(() => bootstrapInterval([], [], rocAuc))).toBe('empty');
    expect(codeOf(() => bootstrapInterval([0, 0], [1, 2], rocAuc))).toBe('one-class');
    expect(codeOf(() => bootstrapInterval([0, 0], [1, 2], () => Number.NaN))).toBe('not-finite');
    expect(codeOf(() => bootstrapInterval([0, 2], [1, 2], rocAuc))).toBe('label');
    expect(codeOf(() => bootstrapInterval(labels, [1], rocAuc))).toBe('length');
    expect(codeOf(() => bootstrapDifference(labels, a, [1], rocAuc))).toBe('length');
    expect(codeOf(() => bootstrapInterval(labels, a, rocAuc, { confidence: 1 }))).toBe('range');
    expect(codeOf(() => bootstrapInterval(labels, a, rocAuc, { resamples: 0 }))).toBe('range');
    expect(codeOf(() => bootstrapInterval(labels, a, rocAuc, { seed: 0.5 }))).toBe('range');
  });
});
