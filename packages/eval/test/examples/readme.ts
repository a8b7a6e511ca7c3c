import { averagePrecision, bestF1, compareRocAuc, iouAt, PixelAccumulator, rocAuc } from '@utad/eval';

// Images: one label and one score each.
const labels = [0, 0, 1, 1]; // 0 good, 1 anomalous
const scores = [0.1, 0.4, 0.35, 0.8];
console.log(rocAuc(labels, scores)); // 0.75
console.log(averagePrecision(labels, scores).toFixed(3)); // 0.833
console.log(iouAt(labels, scores, 0.8)); // 0.5
const { f1, threshold } = bestF1(labels, scores);
console.log(f1, threshold); // 0.8 0.35
const { difference, test } = compareRocAuc(labels, [0.1, 0.2, 0.3, 0.4], scores);
console.log(difference, test?.pValue.toFixed(2)); // 0.25 0.48

// Pixels: maps and masks, added one by one.
const pixels = new PixelAccumulator();
pixels.add(Float32Array.of(0.1, 0.2, 0.6, 0.3), [0, 0, 0, 0], [2, 2]);
pixels.add(Float32Array.of(0.9, 0.1, 0.4, 0.8), [1, 0, 0, 1], [2, 2]);
console.log(pixels.rocAuc(), pixels.aupro()); // 1 1
