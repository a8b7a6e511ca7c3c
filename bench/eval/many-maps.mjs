/**
 * The memory that pixel metrics of a large test set take: maps are made, added and forgotten.
 *
 *   node bench/eval/many-maps.mjs [--maps 10000] [--side 256]
 *
 * Needs the built package. Prints one JSON document; `peakMegabytes` is the process's peak, Node.js itself included.
 */
import { parseArgs } from 'node:util';
import { PixelAccumulator } from '../../packages/eval/dist/index.js';
import { makeMaps } from './maps.mjs';

const { values } = parseArgs({
  options: { maps: { type: 'string', default: '10000' }, side: { type: 'string', default: '256' } },
});
const [count, side] = [Number(values.maps), Number(values.side)];

const pixels = new PixelAccumulator();
let adding = 0;
for (let first = 0; first < count; first += 10) {
  const { maps, masks } = makeMaps(Math.min(10, count - first), side, first + 1);
  const began = performance.now();
  pixels.add(maps, masks, [side, side]);
  adding += performance.now() - began;
}
const began = performance.now();
const metrics = {
  auroc: pixels.rocAuc(),
  averagePrecision: pixels.averagePrecision(),
  aupro: pixels.aupro(),
  bestF1: pixels.bestF1(),
  bestIou: pixels.bestIou(),
  quantile: pixels.quantile(0.999),
};
console.log(
  JSON.stringify(
    {
      maps: count,
      size: [side, side],
      pixels: pixels.pixels,
      metrics,
      accumulatorMegabytes: pixels.byteLength / 1e6,
      peakMegabytes: process.resourceUsage().maxRSS / 1e3,
      secondsAdding: adding / 1000,
      secondsMeasuring: (performance.now() - began) / 1000,
    },
    null,
    2,
  ),
);
