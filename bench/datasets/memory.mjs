/**
 * Peak memory of an epoch over many small images, in a process of its own.
 *
 *   node bench/datasets/memory.mjs [--images 100000] [--side 64] [--source files|drawn] [--into records|batches]
 *
 * Needs the built packages, and for `files` some 1.5 GB on the disk of the temporary folder. `files` writes so many BMP
 * files, opens them with a cache, opens them again and reads all in a shuffled order; `drawn` reads synthetic images,
 * which are drawn as they are read. `batches` makes batches of 16 on the native backend of them, which has some 300 MB of
 * its own. Fails above 600 MB.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    side: { type: 'string', default: '64' },
    source: { type: 'string', default: 'files' },
    into: { type: 'string', default: 'records' },
    folder: { type: 'string' },
  },
});
const [count, side] = [Number(values.images), Number(values.side)];
const size = [side, side];

if (values.folder === undefined) await parent();
else await child(values.folder);

async function parent() {
  const folder = await mkdtemp(join(tmpdir(), 'utad-memory-'));
  try {
    if (values.source === 'files') await writeImages(folder);
    const script = fileURLToPath(import.meta.url);
    const args = [script, ...process.argv.slice(2), '--folder', folder];
    const measured = spawn(process.execPath, args, { stdio: 'inherit' });
    process.exitCode = await new Promise((resolve) => measured.once('close', resolve));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function child(folder) {
  const { permutation } = await import('../../packages/training/dist/index.js');
  const read = values.into === 'batches' ? await intoBatches() : countRecords;
  const before = megabytes();
  const data = values.source === 'files' ? await openTwice(folder) : await drawn();
  const opened = megabytes();
  const order = permutation(count, 1);
  const began = performance.now();
  const images = await read(data, order);
  const result = {
    source: values.source,
    into: values.into,
    images,
    size,
    imagesPerSecond: Math.round((1000 * images) / (performance.now() - began)),
    peakMegabytes: { before, opened, read: megabytes() },
    cache: data.cache,
  };
  console.log(JSON.stringify(result, null, 2));
  if (images !== count || result.peakMegabytes.read > 600) process.exitCode = 1;
}

/** The most that this process has held at once so far. */
function megabytes() {
  return Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
}

async function countRecords(data, order) {
  let images = 0;
  for await (const record of data.records(order)) images += record.image.length === side * side * 3 ? 1 : 0;
  return images;
}

async function intoBatches() {
  const { readBatches } = await import('../../packages/training/dist/index.js');
  const { useBackend } = await import('../../packages/runtime/dist/node.js');
  await useBackend();
  return async (data, order) => {
    let images = 0;
    for await (const batch of readBatches(data, { order, batchSize: 16, size })) {
      images += batch.records.length;
      batch.images.dispose();
    }
    return images;
  };
}

async function openTwice(folder) {
  const { openFiles } = await import('../../packages/datasets/dist/node.js');
  const entries = Array.from({ length: count }, (_, index) => ({
    id: `${index}.bmp`,
    label: 0,
    defectType: 'good',
    path: pathOf(folder, index),
  }));
  const options = { size, cacheFolder: join(folder, 'cache') };
  await openFiles(entries, options);
  return openFiles(entries, options);
}

async function drawn() {
  const { synthesize } = await import('../../packages/synthetic/dist/index.js');
  return synthesize({ category: 'washer', split: 'train', count, size, seed: 0 });
}

function pathOf(folder, index) {
  return join(folder, `${Math.floor(index / 1000)}`, `${index}.bmp`);
}

/** Uncompressed 24-bit images, each with its number in its bytes. */
async function writeImages(folder) {
  const stride = Math.ceil((side * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * side);
  file.write('BM');
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
    [26, 1 | (24 << 16)],
  ])
    file.writeUInt32LE(value, at);
  for (let index = 0; index < count; index++) {
    if (index % 1000 === 0) await mkdir(join(folder, `${index / 1000}`));
    for (let at = 54; at < file.length; at += 7) file[at] = (index * 31 + at) % 256;
    file.writeUInt32LE(index, 54);
    await writeFile(pathOf(folder, index), file);
  }
}
