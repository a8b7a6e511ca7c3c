import { averagePrecision, bestF1, rocAuc, type ScoreMetric } from '@utad/eval';
import type { Measured } from '../measured';
import type { ComparedPixels } from './data';

/** A metric that runs are compared by, in [0, 1], higher is better. */
export type ComparedMetric = { readonly key: string; readonly name: string; readonly meaning: string } & (
  | { readonly ofScores: ScoreMetric }
  | { readonly ofPixels: (pixels: ComparedPixels) => Measured }
);

/** In the order in which a reader chooses among them. */
export const comparedMetrics: readonly ComparedMetric[] = [
  {
    key: 'imageAuroc',
    name: 'Image AUROC',
    meaning: 'how often an anomalous image scores higher than a good one; chance is 0.5',
    ofScores: rocAuc,
  },
  {
    key: 'imageAupr',
    name: 'Image average precision',
    meaning:
      'area under the precision-recall curve of images; chance is the share of anomalous images, so that categories differ',
    ofScores: averagePrecision,
  },
  {
    key: 'imageF1Max',
    name: 'Image F1, best threshold',
    meaning: 'the best F1 score of images over all thresholds: an upper bound, since it looks at the labels',
    ofScores: (labels, scores) => bestF1(labels, scores).f1,
  },
  {
    key: 'pixelAuroc',
    name: 'Pixel AUROC',
    meaning: 'how often a defective pixel has the higher map value than a sound one; chance is 0.5',
    ofPixels: ({ auroc }) => auroc,
  },
  {
    key: 'pixelAupro',
    name: 'AUPRO to 0.3',
    meaning:
      'area under the curve of the mean share of each defect that is found, up to a false positive rate of 0.3; chance is 0.15',
    ofPixels: ({ aupro }) => aupro,
  },
  {
    key: 'iouPaper',
    name: 'Pixel IoU, paper’s threshold',
    meaning:
      'intersection over union with maps scaled by their smallest and largest value on the test set and cut at 0.5, as the paper does',
    ofPixels: ({ iou }) => iou.paper,
  },
  {
    key: 'iouFitted',
    name: 'Pixel IoU, fitted threshold',
    meaning:
      'intersection over union at a threshold fitted on held-out good images, which never saw the test set',
    ofPixels: ({ iou }) => iou.fitted,
  },
  {
    key: 'iouOracle',
    name: 'Pixel IoU, best threshold',
    meaning: 'intersection over union at the threshold that is best on the test set: an upper bound',
    ofPixels: ({ iou }) => iou.oracle,
  },
];
