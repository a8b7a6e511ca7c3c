import { normalizedScore, reduceMaps } from '@utad/detector';

const maps = Float32Array.of(0, 1, 2, 5, 0, 0, 0, 4); // two maps of 2x2
const scores = reduceMaps(maps, 2, 'max');
console.log([...scores], normalizedScore(5, 1.25)); // [ 5, 4 ] 0.8
console.log([...reduceMaps(maps, 2, { highest: 0.5 })]); // [ 3.5, 2 ]
