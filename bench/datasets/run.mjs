/**
 * Images a second into training: float32 batches of 16 at 256x256 in [0, 1], on the native backend, beside a PyTorch
 * DataLoader with Pillow and two workers on the same files, alternating in one run.
 *
 *   UTAD_TEST_DATA=... node bench/datasets/run.mjs [--category screw] [--rounds 7] [--python python3]
 *
 * Needs the built packages, native TensorFlow, an MVTec AD category in `UTAD_TEST_DATA/mvtec_ad_384`, and a Python
 * with torch and Pillow. Every figure counts from the list of files to the last batch of a shuffled epoch:
 *
 * - `cold`: opened without a cache, every file decoded; what is kept in memory is limited to all of it
 * - `coldFilling`: the same with an empty cache, which is filled on the way
 * - `cached`: opened with a full cache, nothing kept in memory: every image is read from the cache
 * - `inMemory`: a further epoch of a dataset that is open and fits in memory
 *
 * Ratios are to the peer's epoch of the same round; the median of the rounds is given. Every pass has page caches warm.
 * On a machine that is busy with something else the seconds of the processors say more than those of the clock.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openFiles } from '../../packages/datasets/dist/node.js';
import { useBackend } from '../../packages/runtime/dist/node.js';
import { permutation, readBatches } from '../../packages/training/dist/index.js';
import { median, startPeer } from '../peer.mjs';

const { values } = parseArgs({
  options: {
    category: { type: 'string', default: 'screw' },
    rounds: { type: 'string', default: '7' },
    python: { type: 'string', default: 'python3' },
  },
});
const data = process.env.UTAD_TEST_DATA;
if (data === undefined)
  throw new Error('UTAD_TEST_DATA: expected the folder of the data for tests, found none');
const folder = join(data, 'mvtec_ad_384', values.category, 'train/good');
const [SIDE, BATCH, PEER_WORKERS] = [256, 16, 2];
const size = [SIDE, SIDE];

const entries = (await readdir(folder)).sort().map((name) => ({
  id: name,
  label: 0,
  defectType: 'good',
  path: join(folder, name),
}));
const backend = await useBackend();
const scratch = await mkdtemp(join(tmpdir(), 'utad-bench-'));
const full = join(scratch, 'full');
const peer = openPeer();
try {
  const versions = await peer.next();
  await openFiles(entries, { size, cacheFolder: full });
  const open = await openFiles(entries, { size });
  let emptied = 0;
  const ours = {
    cold: async () => epoch(await openFiles(entries, { size })),
    coldFilling: async () =>
      epoch(await openFiles(entries, { size, cacheFolder: join(scratch, `empty-${emptied++}`) })),
    cached: async () => epoch(await openFiles(entries, { size, cacheFolder: full, memoryBytes: 0 })),
    inMemory: () => epoch(open),
  };
  // The first pass of each compiles, and fills the page cache.
  for (const measure of Object.values(ours)) await measure();
  await peer.ask('epoch');
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const theirs = await peer.ask('epoch');
    const row = { peer: theirs };
    for (const [name, measure] of Object.entries(ours)) row[name] = await timed(measure);
    rounds.push(row);
  }
  console.log(JSON.stringify(summary(versions, rounds), null, 2));
} finally {
  await peer.stop();
  await rm(scratch, { recursive: true });
}

async function epoch(dataset) {
  const order = permutation(dataset.count, 1);
  let images = 0;
  for await (const batch of readBatches(dataset, { order, batchSize: BATCH, size })) {
    // The backend is handed the values by the first operation on them.
    const there = batch.images.reshape([-1]);
    images += batch.records.length;
    there.dispose();
    batch.images.dispose();
  }
  if (images !== entries.length) throw new Error(`expected ${entries.length} images, received ${images}`);
}

async function timed(work) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function openPeer() {
  const script = fileURLToPath(new URL('peer.py', import.meta.url));
  return startPeer(values.python, script, [folder, SIDE, BATCH, PEER_WORKERS]);
}

function summary(versions, rounds) {
  const figures = Object.keys(rounds[0]).map((name) => [
    name,
    {
      imagesPerSecond: entries.length / median(rounds.map((row) => row[name].seconds)),
      timesThePeer: median(rounds.map((row) => row.peer.seconds / row[name].seconds)),
      timesThePeerByCpu: median(rounds.map((row) => row.peer.cpuSeconds / row[name].cpuSeconds)),
      seconds: rounds.map((row) => row[name].seconds),
      cpuSeconds: rounds.map((row) => row[name].cpuSeconds),
    },
  ]);
  return {
    category: values.category,
    images: entries.length,
    size,
    batch: BATCH,
    rounds: rounds.length,
    node: process.version,
    backend: backend.name,
    peer: { ...versions, workers: PEER_WORKERS },
    cpu: cpus()[0]?.model,
    figures: Object.fromEntries(figures),
  };
}
