import { bestIou, MetricError, rocAuc } from '@utad/eval';

const labels = [0, 0, 1, 1];
const scores = [0.1, 0.4, 0.35, 0.8];
console.log(rocAuc(labels, scores)); // 0.75
console.log(bestIou(labels, scores).threshold); // 0.35
try {
  rocAuc([0, 0], [0.1, 0.2]);
} catch (error) {
  console.log(error instanceof MetricError && error.code); // one-class
}
