import { LatentError, nearestNeighbours, project } from '@utad/latent';

const codes = [
  [0, 0, 1],
  [2, 0, 1],
  [4, 0, 1],
  [4, 0, 2],
];
console.log(nearestNeighbours([4, 0, 0], codes, 1)[0]?.index); // 2
console.log(project(codes, { method: 'pca' }).points.length); // 4
console.log(project(codes, { method: 't-sne', seed: 1 }).perplexity); // 1
try {
  nearestNeighbours([0], codes, 1);
} catch (error) {
  console.log(error instanceof LatentError && error.code); // shape
}
