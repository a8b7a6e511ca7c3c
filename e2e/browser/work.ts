import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import { randomWeights, vgg19 } from '@utad/features';
import { open } from '@utad/pipeline';
import { correctBackend, guardWebGpu, uncorrectBackend } from '@utad/runtime';
import { checkConformance, conformanceCases } from '@utad/runtime/conformance';
import { randomData } from '../../scripts/testing/records';
import { lossesOf, type Pictures, predictAll } from '../support/outcome';
import type { Answer, Failure, Task } from './protocol';

/** Does a task in the page or worker that this runs in; the server has everything it needs. */
export async function work(task: Task, origin: string): Promise<Answer | Failure> {
  try {
    if (task.cores) Object.defineProperty(navigator, 'hardwareConcurrency', { value: task.cores });
    if (!(await start(task.backend))) {
      return { error: `${task.backend} is not in this browser`, absent: true };
    }
    const before = tf.memory().numTensors;
    const pictures: Pictures = await (await fetch(`${origin}/pictures.json`)).json();
    const opened = await open(`${origin}/bundle/`);
    const { detector } = opened;
    const { maps, scores } = await predictAll(detector, pictures);
    const { config } = detector;
    await opened[Symbol.asyncDispose]();
    const losses = task.trains
      ? await lossesOf(config, { vgg19: randomWeights(vgg19, 1) }, randomData(4, { size: [16, 16] }))
      : [];
    // The whole list, and on slow backends the short one.
    const cases = conformanceCases.filter(({ short }) => short || task.backend === 'wasm');
    const { checked, wrong } = await checkConformance({ cases });
    const tensorsLeft = tf.memory().numTensors - before;
    return {
      backend: tf.getBackend(),
      threads: task.backend === 'wasm' ? getThreadsCount() : 1,
      isolated: globalThis.crossOriginIsolated,
      maps,
      scores,
      losses,
      checked,
      wrong: wrong.map(({ message }) => message),
      tensorsLeft,
      refusal: task.provokes ? await refusal() : '',
    };
  } catch (error) {
    return { error: error instanceof Error ? `${error.stack}` : String(error), absent: false };
  }
}

/** Whether there is such a backend here. */
async function start(backend: Task['backend']): Promise<boolean> {
  if (backend === 'wasm') setWasmPaths('/wasm/');
  if (backend === 'webgpu' && !(await hasAdapter())) return false;
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} did not start`);
  if (backend === 'webgpu') guardWebGpu();
  correctBackend();
  return true;
}

async function hasAdapter(): Promise<boolean> {
  const gpu: unknown = Reflect.get(navigator, 'gpu');
  if (typeof gpu !== 'object' || gpu === null) return false;
  const request: unknown = Reflect.get(gpu, 'requestAdapter');
  return typeof request === 'function' && (await Reflect.apply(request, gpu, [])) !== null;
}

/** The backend's own sum of more tensors than one of its programs may read. */
async function refusal(): Promise<string> {
  uncorrectBackend();
  const sum = tf.addN(Array.from({ length: 41 }, () => tf.ones([2000])));
  return await sum.data().then(
    (values) => `none: ${values[0]}`,
    (error: unknown) => String(error),
  );
}
