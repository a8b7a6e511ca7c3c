// What main.mjs starts: trains or opens a run, predicts with it, and answers each message with plain data.
import { parentPort } from 'node:worker_threads';
import { open, train } from '@utad/pipeline/node';

if (parentPort === null) throw new Error('expected to be started as a worker: node in-a-worker/main.mjs');
const port = parentPort;

/** @type {import('@utad/pipeline/node').OpenedRun | undefined} */
let run;
/** The work that is under way, by the number of its message. @type {Map<number, AbortController>} */
const running = new Map();

/** @param {Request} request @param {import('@utad/pipeline').Watch} watch */
async function answer({ call, options }, watch) {
  if (call === 'predict') {
    if (run === undefined) throw new Error('expected train or open before predict');
    const items = [];
    for await (const item of run.predict(options.source, watch)) items.push(item);
    return items;
  }
  await run?.[Symbol.asyncDispose]();
  run =
    call === 'train'
      ? await train({ ...options, ...watch })
      : await open(options.path, { ...options, ...watch });
  return run.manifest;
}

/**
 * @typedef {{ call: 'train', options: import('@utad/pipeline/node').TrainOptions }
 *   | { call: 'open', options: { path: string } & import('@utad/pipeline/node').OpenOptions }
 *   | { call: 'predict', options: { source: import('@utad/pipeline/node').PredictSource } }} Request
 */
port.on('message', async (/** @type {{ id: number } & (Request | { call: 'cancel' })} */ request) => {
  const { id } = request;
  if (request.call === 'cancel') return running.get(id)?.abort();
  const stop = new AbortController();
  running.set(id, stop);
  try {
    const onEvent = (/** @type {import('@utad/pipeline').PipelineEvent} */ event) =>
      port.postMessage({ id, event });
    port.postMessage({ id, result: await answer(request, { signal: stop.signal, onEvent }) });
  } catch (error) {
    port.postMessage({
      id,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  } finally {
    running.delete(id);
  }
});
