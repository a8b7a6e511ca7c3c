// How different do two images look? Run as
//
//   node score-two-images.mjs a.png b.png [--vgg19 FOLDER]
//
// FOLDER holds VGG-19 in TensorFlow.js format (weights_manifest.json). Without it random weights measure: the distance
// still grows with the difference, but it is no perceptual distance.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { decodeImage } from '@utad/datasets/node';
import { imagesTensor } from '@utad/detector/tfjs';
import { randomWeights, vgg19 } from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { useBackend } from '@utad/runtime/node';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { vgg19: { type: 'string' } } });
const [first, second] = positionals;
if (first === undefined || second === undefined) throw new Error('expected the paths of two images');

await useBackend();

/** @param {string} path */
async function read(path) {
  // Both at one size, or there would be no comparing them pixel by pixel.
  const { pixels } = await decodeImage(await readFile(path), path, [128, 128]);
  return imagesTensor({ data: pixels, shape: [1, 128, 128, 3] });
}

const weights = values.vgg19 === undefined ? randomWeights(vgg19, 0) : await readWeights(vgg19, values.vgg19);
const vgg = new TfjsBackbone(weights);
const scorer = new PerceptualScorer(vgg);
const [a, b] = [await read(first), await read(second)];

const distance = scorer.distance(a, b);
console.log(`distance ${distance.dataSync()[0]?.toFixed(4)} (weights: ${weights.name})`);

// Where they differ most: the map is [1, 128, 128], higher where they look more different.
const map = scorer.anomalyMap(a, b);
const place = map.flatten().argMax();
const [at = 0] = place.dataSync();
console.log(`most different at row ${Math.floor(at / 128)}, column ${at % 128} of 128x128`);

for (const held of [a, b, distance, map, place, vgg]) held.dispose();
