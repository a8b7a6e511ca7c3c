/**
 * The map of Eq. 8 (four images x, m, x̂, m̂, three pairs, VGG-19 up to conv3_4) by `PerceptualScorer.maps` on the native
 * CPU backend beside PyTorch with the same weights and images, alternating in one run.
 *
 *   node bench/perceptual/run.mjs [--batch 4] [--side 256] [--rounds 5] [--together 1] [--threads 2] [--python python3]
 *
 * Needs the built packages, native TensorFlow (`utad backend install`) and a Python with torch. `together` is how many of
 * four images PyTorch takes through the network at once, 1, 2 or 4: give it what is fastest for it. Figures are from images
 * in memory to the map in memory, the first round of each left out; medians, and the ratios of the rounds, by the clock and
 * by the time that processors spent, which other load disturbs less. On a busy machine set OMP_WAIT_POLICY=PASSIVE, or
 * PyTorch's threads spend their time waiting for each other. As one JSON document.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { randomWeights, vgg19 } from '../../packages/features/dist/index.js';
import { TfjsBackbone } from '../../packages/features/dist/tfjs.js';
import { PerceptualScorer } from '../../packages/perceptual/dist/index.js';
import { useBackend } from '../../packages/runtime/dist/node.js';
import { median, startPeer } from '../peer.mjs';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '4' },
    side: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '5' },
    together: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(cpus().length) },
    python: { type: 'string', default: 'python3' },
  },
});
const [batch, side, rounds] = [values.batch, values.side, values.rounds].map(Number);
const pairs = [
  ['x', 'r'],
  ['m', 'n'],
  ['x', 'm'],
];

// Before TensorFlow is loaded.
process.env.TF_NUM_INTRAOP_THREADS = values.threads;
process.env.TF_NUM_INTEROP_THREADS = '1';
const backend = await useBackend({ training: true });
const weights = randomWeights(vgg19, 0);
const pixels = randomImages(4 * batch * side * side * 3);
const scorer = new PerceptualScorer(new TfjsBackbone(weights));
const images = Object.fromEntries(
  ['x', 'm', 'r', 'n'].map((name, i) => {
    const count = pixels.length / 4;
    return [name, tf.tensor4d(pixels.subarray(i * count, (i + 1) * count), [batch, side, side, 3])];
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'utad-bench-'));
const peer = openPeer();
try {
  const python = await peer.next();
  const measured = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round++) {
    const results = { theirs: await peer.ask('eq8'), ours: measure() };
    const difference = Math.abs(results.ours.mean / results.theirs.mean - 1);
    if (!(difference < 1e-4)) throw new Error(`expected equal maps, received ${JSON.stringify(results)}`);
    if (round > 0) for (const who of ['theirs', 'ours']) measured[who].push(results[who]);
  }
  const timesPyTorch = (what) => {
    const ratios = measured.theirs.map((theirs, i) => theirs[what] / measured.ours[i][what]);
    return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
  };
  const imagesPer = (what) =>
    Object.fromEntries(
      Object.entries(measured).map(([who, rows]) => [
        who,
        (4 * batch) / median(rows.map((row) => row[what])),
      ]),
    );
  console.log(
    JSON.stringify(
      {
        batch,
        size: [side, side],
        rounds,
        node: process.version,
        backend: backend.name,
        version: backend.version,
        python,
        cpu: cpus()[0]?.model,
        imagesPerSecond: imagesPer('seconds'),
        imagesPerCpuSecond: imagesPer('cpuSeconds'),
        timesPyTorch: { clock: timesPyTorch('seconds'), cpu: timesPyTorch('cpuSeconds') },
      },
      null,
      2,
    ),
  );
} finally {
  await peer.stop();
  rmSync(folder, { recursive: true });
}

function measure() {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const { total, perLayer, perPair } = scorer.maps(images, pairs);
  // Read back, for a backend may answer before it is done; the map alone, as who scores would.
  const map = total.dataSync();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  tf.dispose([total, perLayer, perPair]);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    mean: map.reduce((sum, value) => sum + value, 0) / map.length,
  };
}

/** Marsaglia's xorshift, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003. */
function randomImages(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  });
}

function openPeer() {
  const tensors = Object.values(weights.tensors).flatMap(({ data }) => [Buffer.from(data.buffer)]);
  writeFileSync(join(folder, 'weights.f32'), Buffer.concat(tensors));
  writeFileSync(join(folder, 'images.f32'), pixels);
  const script = fileURLToPath(new URL('peer.py', import.meta.url));
  return startPeer(values.python, script, [folder, batch, side, values.together, values.threads]);
}
