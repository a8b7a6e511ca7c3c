// What a machine with a GPU makes of this package: adapter, conformance, and speed against the CPU. It needs Node, this
// repository built (`npm run build`) with its node_modules, and a Vulkan, Metal or Direct3D driver; no network.
//
//   node scripts/gpu-check.mjs [--backends webgpu,tfjs-node,wasm] [--presets fast,paper] [--seconds 10] [--full]
//
// Each backend is measured in a process of its own, one after the other. One JSON document comes on stdout, a table and
// everything else on stderr. Status 1 where webgpu is asked for and is software, wrong or not there.
import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: 'webgpu,tfjs-node,wasm' },
    presets: { type: 'string', default: 'fast,paper' },
    // For each measurement, after its warm-up.
    seconds: { type: 'string', default: '10' },
    // Every case of the conformance suite instead of the short list.
    full: { type: 'boolean', default: false },
    // Of a child: the one backend to measure.
    measure: { type: 'string' },
  },
});

// The packages as two-stage has them: it depends on all that are needed here.
const load = createRequire(new URL('../packages/two-stage/package.json', import.meta.url));
const from = (name) => import(pathToFileURL(load.resolve(name)).href);

/** Repeats a piece of work until the time is up. The first runs, which compile programs, do not count. */
async function repeated(work, seconds) {
  for (let run = 0; run < 2; run++) await work();
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let runs = 0;
  while (runs < 2 || elapsed() < seconds) {
    await work();
    runs++;
  }
  return { runs, seconds: elapsed() };
}

/**
 * Trains as a user does, until the time is up. Steps are only asked for when they are taken; the device has done them
 * when losses are read, so that the time counts from one such step to another.
 */
async function trained(trainStages, plan, data, seconds) {
  const stop = new AbortController();
  let first;
  let last;
  const onEvent = (event) => {
    if (event.type !== 'step' || !event.losses) return;
    last = { step: event.step, at: performance.now() };
    first ??= last;
    if (last.step > first.step && last.at - first.at >= 1000 * seconds) stop.abort('enough');
  };
  await trainStages([plan], data, { onEvent, signal: stop.signal }).catch((reason) => {
    if (reason !== 'enough') throw reason;
  });
  return { steps: last.step - first.step, seconds: (last.at - first.at) / 1000 };
}

const noiseOf = (length) => Uint8Array.from({ length }, (_, i) => (i * 7919) % 251);

/** Good images of noise, in memory. */
function noise(count, [height, width]) {
  const image = noiseOf(height * width * 3);
  const record = { label: 0, defectType: 'good', image, size: [height, width], channels: 3 };
  return {
    count,
    fingerprint: 'noise',
    async *records(order) {
      for (const index of order) yield { ...record, id: String(index) };
    },
  };
}

async function measure(backend) {
  const tf = load('@tensorflow/tfjs');
  const { useBackend } = await from('@utad/runtime/node');
  const { checkConformance, conformanceCases } = await from('@utad/runtime/conformance');
  const { TwoStage, twoStagePresets } = await from('@utad/two-stage');
  const { trainStages } = await from('@utad/training');
  const features = await from('@utad/features');
  const { ieNetStage } = await from('@utad/ie-net');
  const { expertNetStage } = await from('@utad/expert-net');

  const chosen = await useBackend({ backend, training: true });
  const cases = values.full ? conformanceCases : conformanceCases.filter(({ short }) => short);
  const { checked, wrong, seconds: took } = await checkConformance({ cases });
  const result = {
    ...chosen,
    conformance: { checked, seconds: took, wrong: wrong.map(({ message }) => message) },
    presets: {},
  };
  const vgg19 = features.randomWeights(features.vgg19, 0);
  const seconds = Number(values.seconds);
  for (const name of values.presets.split(',').filter((word) => word !== '')) {
    const config = twoStagePresets[name];
    if (config === undefined) throw new Error(`expected a preset, received ${name}`);
    const detector = new TwoStage(config, { vgg19 });
    const { batchSize } = config.training.ieNet;
    // A slow backend should not be asked for ten steps between two looks at the clock.
    const slow = backend === 'wasm' || backend === 'cpu' || chosen.device.startsWith('software');
    const steps = slow ? 2 : 10;
    const data = noise(steps * batchSize, detector.inputSize);
    const stages = {
      ieNet: ieNetStage(detector.ieNet),
      expertNet: expertNetStage(detector.expertNet, (x) => detector.ieNet.impression(x)),
    };
    const report = { batch: batchSize, size: detector.inputSize };
    for (const [stage, definition] of Object.entries(stages)) {
      const training = { ...config.training[stage], epochs: 1_000_000, warmUpSteps: 0, batchSize };
      const run = await trained(trainStages, { stage: definition, training }, data, seconds);
      report[stage] = { ...run, stepsPerSecond: run.steps / run.seconds };
    }
    const shape = [batchSize, ...detector.inputSize, 3];
    const images = { data: noiseOf(shape.reduce((product, side) => product * side)), shape };
    const run = await repeated(() => detector.predict(images), seconds);
    report.prediction = { ...run, imagesPerSecond: (run.runs * batchSize) / run.seconds };
    result.presets[name] = { ...report, memory: tf.memory() };
    detector.dispose();
  }
  return result;
}

/** Has a process of its own measure a backend; that it fails is a result. */
async function measured(backend) {
  const args = process.argv.slice(2);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args, '--measure', backend], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const answer = (await text(child.stdout)).split('\n').find((line) => line.startsWith('{'));
  const [code, signal] = await ended;
  return answer ? JSON.parse(answer) : { name: backend, error: `its process ended with ${signal ?? code}` };
}

function tableOf(results) {
  const rows = [];
  for (const { name, device, error, conformance, presets = {} } of results) {
    if (error) rows.push({ backend: name, device: error });
    for (const [preset, { batch, ieNet, expertNet, prediction }] of Object.entries(presets)) {
      rows.push({
        backend: name,
        device,
        'ops wrong': `${conformance.wrong.length} of ${conformance.checked}`,
        preset,
        batch,
        'IE-Net steps/s': ieNet.stepsPerSecond.toPrecision(3),
        'Expert-Net steps/s': expertNet.stepsPerSecond.toPrecision(3),
        'predictions/s': prediction.imagesPerSecond.toPrecision(3),
      });
    }
  }
  return rows;
}

if (values.measure) {
  const answer = await measure(values.measure).catch((error) => ({
    name: values.measure,
    error: String(error),
  }));
  console.log(JSON.stringify(answer));
} else {
  const { listBackends } = await from('@utad/runtime/node');
  const available = await listBackends();
  const results = [];
  for (const backend of values.backends.split(',')) {
    console.error(`measuring ${backend}`);
    results.push(await measured(backend));
  }
  new Console(process.stderr).table(tableOf(results));
  const machine = { node: process.version, cpu: cpus()[0]?.model, threads: cpus().length };
  console.log(JSON.stringify({ machine, available, results }, null, 2));
  const webgpu = results.find(({ name }) => name === 'webgpu');
  if (
    webgpu &&
    (webgpu.error || webgpu.conformance.wrong.length > 0 || webgpu.device.startsWith('software'))
  ) {
    process.exitCode = 1;
  }
}
