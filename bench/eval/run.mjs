/**
 * Pixel AUROC and AUPRO of `@utad/eval` beside scikit-learn's AUROC and a numpy and scipy AUPRO, on the same data,
 * alternating in one run.
 *
 *   node bench/eval/run.mjs [--maps 1000] [--side 256] [--rounds 3] [--python python3]
 *
 * Needs the built package and a Python with numpy, scipy and scikit-learn. Each figure is the time from the raw maps in
 * memory to the number; the lowest and the median of the rounds are given, as one JSON document.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aupro, PixelAccumulator, rocAuc } from '../../packages/eval/dist/index.js';
import { median, startPeer } from '../peer.mjs';
import { makeMaps } from './maps.mjs';

const { values } = parseArgs({
  options: {
    maps: { type: 'string', default: '1000' },
    side: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
  },
});
const [count, side, rounds] = [Number(values.maps), Number(values.side), Number(values.rounds)];
const size = [side, side];
const pixels = side * side;

const { maps, masks } = makeMaps(count, side);
const accumulate = () => {
  const accumulator = new PixelAccumulator();
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * pixels, (i + 1) * pixels];
    accumulator.add(maps.subarray(from, to), masks.subarray(from, to), size);
  }
  return accumulator;
};

const ours = {
  auroc: {
    'rocAuc(all pixels)': () => rocAuc(masks, maps),
    'PixelAccumulator, map by map': () => accumulate().rocAuc(),
  },
  aupro: {
    'aupro(all maps)': () => aupro(masks, maps, size),
    'PixelAccumulator, map by map': () => accumulate().aupro(),
  },
};

const folder = mkdtempSync(join(tmpdir(), 'utad-bench-'));
const peer = openPeer();
try {
  const versions = await peer.next();
  const results = { auroc: {}, aupro: {} };
  const note = (metric, name, seconds, value) => {
    results[metric][name] ??= { value, seconds: [] };
    results[metric][name].seconds.push(seconds);
  };
  for (let round = 0; round < rounds; round++) {
    for (const metric of ['auroc', 'aupro']) {
      const theirs = await peer.ask(metric);
      note(metric, 'Python', theirs.seconds, theirs.value);
      for (const [name, measure] of Object.entries(ours[metric])) {
        const began = performance.now();
        const value = measure();
        note(metric, name, (performance.now() - began) / 1000, value);
      }
    }
  }
  console.log(JSON.stringify(summary(versions, results), null, 2));
} finally {
  await peer.stop();
  rmSync(folder, { recursive: true });
}

function openPeer() {
  writeFileSync(join(folder, 'maps.f32'), maps);
  writeFileSync(join(folder, 'masks.u8'), masks);
  const script = fileURLToPath(new URL('peer.py', import.meta.url));
  return startPeer(values.python, script, [folder, count, side, side]);
}

function summary(versions, results) {
  const memory = accumulate().byteLength;
  return {
    maps: count,
    size,
    anomalousPixels: masks.reduce((sum, value) => sum + value, 0),
    rounds,
    node: process.version,
    python: versions,
    cpu: cpus()[0]?.model,
    accumulatorMegabytes: memory / 1e6,
    ...Object.fromEntries(
      Object.entries(results).map(([metric, rows]) => [
        metric,
        Object.fromEntries(
          Object.entries(rows).map(([name, { value, seconds }]) => [
            name,
            {
              value,
              difference: value - rows.Python.value,
              lowest: Math.min(...seconds),
              median: median(seconds),
              timesFasterThanPython: median(rows.Python.seconds) / median(seconds),
            },
          ]),
        ),
      ]),
    ),
  };
}
