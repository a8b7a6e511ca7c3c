// How different are the images of two folders, pair by pair? Images are paired by name, their endings left out. Run as
//
//   node score-two-folders.mjs expected rendered [--vgg19 PATH] [--size 128]
//
// PATH holds VGG-19 weights: a .safetensors file, or a folder with weights_manifest.json. Without it random ones measure:
// the distance still grows with the difference, but it is no perceptual distance.
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeImage } from '@utad/datasets/node';
import { imagesTensor } from '@utad/detector/tfjs';
import { randomWeights, vgg19 } from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { useBackend } from '@utad/runtime/node';

const options = /** @type {const} */ ({
  vgg19: { type: 'string' },
  size: { type: 'string', default: '128' },
});
const { positionals, values } = parseArgs({ allowPositionals: true, options });
const [first, second] = positionals;
if (first === undefined || second === undefined) throw new Error('expected the paths of two folders');

/** @param {string} folder */
async function imagesIn(folder) {
  const files = (await readdir(folder)).filter((file) => /\.(png|jpe?g|webp)$/i.test(file));
  return new Map(files.sort().map((file) => [file.slice(0, -extname(file).length), join(folder, file)]));
}

const side = Number(values.size);
/** @param {string} path */
async function read(path) {
  const { pixels } = await decodeImage(await readFile(path), path, [side, side]);
  return imagesTensor({ data: pixels, shape: [1, side, side, 3] });
}

const [left, right] = [await imagesIn(first), await imagesIn(second)];
const alone = [...left.keys()].filter((name) => !right.has(name));
alone.push(...[...right.keys()].filter((name) => !left.has(name)));

await useBackend();
const weights = values.vgg19 === undefined ? randomWeights(vgg19, 0) : await readWeights(vgg19, values.vgg19);
const vgg = new TfjsBackbone(weights);
const scorer = new PerceptualScorer(vgg);

/** @type {[name: string, distance: number][]} */
const scores = [];
for (const [name, path] of left) {
  const other = right.get(name);
  if (other === undefined) continue;
  const [a, b] = [await read(path), await read(other)];
  const distance = scorer.distance(a, b);
  const [score = Number.NaN] = await distance.data();
  scores.push([name, score]);
  for (const tensor of [a, b, distance]) tensor.dispose();
}
vgg.dispose();

console.log(`${scores.length} pairs, most different first (weights: ${weights.name})`);
for (const [name, score] of scores.sort(([, a], [, b]) => b - a)) console.log(`${score.toFixed(4)} ${name}`);
if (alone.length > 0) console.log(`without a counterpart: ${alone.join(', ')}`);
