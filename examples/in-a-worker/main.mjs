// Trains and predicts in a worker, while the loop of this thread is free, as that of a server has to be. Run as
//
//   node in-a-worker/main.mjs photos/good photos/new runs/mine [OPTIONS OF train() AS JSON]
//
// Ctrl-C is sent to the worker, which saves a checkpoint.
import { Worker } from 'node:worker_threads';

const [good, fresh, out, options = '{}'] = process.argv.slice(2);
if (good === undefined || fresh === undefined || out === undefined) {
  throw new Error('expected a folder of good images, one of new images, and where to put the run');
}
const worker = new Worker(new URL('worker.mjs', import.meta.url));
let last = 0;

/**
 * @param {string} call what worker.mjs is to do
 * @param {object} options plain data; the bytes of an ImageBatch may be transferred
 * @param {{ signal?: AbortSignal, transfer?: ArrayBuffer[] }} [how]
 * @returns {Promise<any>}
 */
function ask(call, options, { signal, transfer = [] } = {}) {
  const id = ++last;
  return new Promise((resolve, reject) => {
    worker.on('message', function listen(answer) {
      if (answer.id !== id || 'event' in answer) return;
      worker.off('message', listen);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.result);
    });
    worker.once('error', reject);
    signal?.addEventListener('abort', () => worker.postMessage({ id, call: 'cancel' }));
    worker.postMessage({ id, call, options }, transfer);
  });
}

// The longest time for which a request to this thread would have waited.
let [longest, before] = [0, performance.now()];
const clock = setInterval(() => {
  const now = performance.now();
  [longest, before] = [Math.max(longest, now - before), now];
}, 5);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const began = performance.now();
try {
  const { signal } = stop;
  const { thresholds } = await ask('train', { root: good, out, ...JSON.parse(options) }, { signal });
  for (const { path, score, anomalous } of await ask('predict', { source: fresh }, { signal })) {
    console.log(path, score, anomalous ? 'anomalous' : 'good');
  }
  console.log(`threshold ${thresholds.image}`);
  const [took, waited] = [performance.now() - began, longest].map(Math.round);
  console.log(`worked ${took} ms, this loop waited ${waited} ms at most`);
} finally {
  clearInterval(clock);
  await worker.terminate();
}
