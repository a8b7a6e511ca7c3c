import { nearestNeighbours, project } from '@utad/latent';

// One code for each image: here of three numbers, two images of one sort and two of another.
const codes = [
  [0, 0, 1],
  [0, 1, 1],
  [9, 0, 1],
  [9, 1, 1],
];
const { points, explained } = project(codes, { method: 'pca' });
console.log(points[0]?.map((value) => value.toFixed(1))); // [ '-4.5', '-0.5' ]
console.log(explained.map((share) => share.toFixed(2))); // [ '0.99', '0.01' ]

const { perplexity } = project(codes, { method: 't-sne', seed: 1 });
console.log(perplexity); // 1

console.log(nearestNeighbours([8, 0, 1], codes, 2).map(({ index }) => index)); // [ 2, 3 ]
