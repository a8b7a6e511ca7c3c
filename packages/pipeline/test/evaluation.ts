import type { Evaluation } from '@utad/pipeline';

export const interval = { low: 0.7, high: 0.9, confidence: 0.95, method: 'bca' } as const;
/** Of one good and one anomalous image, without ground truth of pixels. */
export const evaluation: Evaluation = {
  images: { good: 1, anomalous: 1 },
  items: [
    { id: 'test/good/0.png', defectType: 'good', label: 0, score: 1, scores: { mean: 0.5, max: 1 } },
    { id: 'test/hole/0.png', defectType: 'hole', label: 1, score: 9, scores: { mean: 0.25, max: 9 } },
  ],
  image: { auroc: 0.8, aurocMean: 0.4, aurocMax: 0.8, aupr: 0.75, f1Max: 0.7 },
  pixel: {
    auroc: null,
    aupr: null,
    aupro: null,
    f1Max: null,
    iou: { paper: null, fitted: null, oracle: null },
  },
  intervals: { image: { auroc: interval, aupr: interval, f1Max: null } },
  kinds: [
    {
      defectType: 'hole',
      label: 1,
      images: 1,
      called: 1,
      auroc: 1,
      interval: null,
      iou: null,
      pixelAuroc: null,
      aupro: null,
      median: 9,
    },
  ],
  testThresholds: { paper: 3, oracle: null },
  pixelDifference: {},
  repairs: {
    reconstruction: { inside: 0.2, outside: 0.1, good: 0.1, share: 0.2, area: 0.1 },
    impression: { inside: 0.4, outside: 0.1, good: 0.1, share: 0.5, area: 0.1 },
  },
  shares: { 'layer/conv1_2': 1, 'pair/x, impression': 1 },
  seconds: 3,
  notes: [],
};
