// How good are scores that some detector, in any language, gave? No TensorFlow is loaded. Run as
//
//   node metrics-only.mjs [scores.csv]
//
// The file has a line for each image: 0 (good) or 1 (anomalous), a comma, its score.
import { readFile } from 'node:fs/promises';
import { bestIou, iouAt, quantile, rocAuc, rocCurve } from '@utad/eval';

const [path] = process.argv.slice(2);
const text = path === undefined ? '0,0.1\n0,0.4\n1,0.35\n1,0.8\n' : await readFile(path, 'utf8');
const rows = text
  .trim()
  .split(/\r?\n/)
  .map((line) => line.split(',').map(Number));
const labels = rows.map(([label = Number.NaN]) => label);
const scores = rows.map(([, score = Number.NaN]) => score);

console.log(`image AUROC ${rocAuc(labels, scores).toFixed(4)}`); // with the four lines above: 0.7500
const { falsePositiveRate, truePositiveRate } = rocCurve(labels, scores);
const free = truePositiveRate.filter((_, at) => falsePositiveRate[at] === 0);
console.log(`found without a false alarm: ${Math.max(...free)}`);

// A threshold comes from good images alone: here, 5 % of them may be called anomalous.
const good = scores.filter((_, at) => labels[at] === 0);
console.log(`threshold ${quantile(good, 0.95).toFixed(4)}`);

// Pixel by pixel it is the same: ground truth and anomaly map, each flattened.
const mask = [0, 0, 1, 1, 0, 0];
const map = [0.1, 0.3, 0.9, 0.6, 0.7, 0.2];
console.log(
  `IoU ${iouAt(mask, map, 0.5).toFixed(4)}, at the best threshold ${bestIou(mask, map).iou.toFixed(4)}`,
);
