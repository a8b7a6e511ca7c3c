/**
 * Milliseconds a batch on the two engines, alternating in one run: `predict` of the two-stage detector, and backbones at
 * 256x256. Random weights: the time does not depend on them.
 *
 *   node bench/engines/run.mjs [--preset fast] [--rounds 15] [--device cpu] [--backend tfjs-node]
 *
 * Needs the built packages. Ratios are TensorFlow.js's time over ONNX Runtime's of the same round, above 1 where ONNX Runtime
 * is the faster one; medians of the rounds, with their range. `difference` is the largest of a map over its largest value.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { onnxDetector } from '../../packages/detector/dist/onnx.js';
import { randomWeights, resnet18, vgg19 } from '../../packages/features/dist/index.js';
import { onnxBackbone } from '../../packages/features/dist/onnx.js';
import { TfjsBackbone } from '../../packages/features/dist/tfjs.js';
import { findOnnxRuntime } from '../../packages/onnx/dist/node.js';
import { useBackend } from '../../packages/runtime/dist/node.js';
import { TwoStage, twoStagePresets } from '../../packages/two-stage/dist/index.js';
import { median } from '../peer.mjs';

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'fast' },
    rounds: { type: 'string', default: '15' },
    device: { type: 'string' },
    backend: { type: 'string' },
  },
});
const backend = await useBackend({ ...(values.backend && { backend: values.backend }) });
const runtime = await findOnnxRuntime({ device: values.device });
const images = (batch, side) => ({
  data: Uint8Array.from(
    { length: batch * side * side * 3 },
    (_, index) => (index * index * 31 + index) % 256,
  ),
  shape: [batch, side, side, 3],
});

const rows = [];
const detector = new TwoStage(twoStagePresets[values.preset], { vgg19: randomWeights(vgg19, 0) });
const other = await onnxDetector(detector, runtime);
for (const batch of [1, 8]) {
  const input = images(batch, detector.inputSize[0]);
  const [a, b] = [await detector.predict(input), await other.predict(input)];
  const engines = [() => detector.predict(input), () => other.predict(input)];
  rows.push({
    what: `predict, two-stage ${values.preset}, batch ${batch}`,
    ...(await alternate(engines)),
    difference: apart(a.maps, b.maps),
  });
}
other.dispose();
for (const [backbone, layers] of [
  [vgg19, undefined],
  [resnet18, ['layer2', 'layer3']],
]) {
  const weights = randomWeights(backbone, 0, layers);
  const [first, second] = [
    new TfjsBackbone(weights, { layers }),
    await onnxBackbone(weights, runtime, layers),
  ];
  for (const batch of [1, 8]) {
    const input = images(batch, 256);
    const engines = [() => first.features(input), () => second.features(input)];
    const [[a], [b]] = [await first.features(input), await second.features(input)];
    rows.push({
      what: `${backbone.title}, 256x256, batch ${batch}`,
      ...(await alternate(engines)),
      difference: apart(a.data, b.data),
    });
  }
  first.dispose();
  second.dispose();
}
const [{ model }] = cpus();
const machine = { cpu: model, cores: cpus().length, node: process.version, load: loadavg()[0] };
console.log(JSON.stringify({ tfjs: backend.reason, onnx: runtime.name, machine, rows }, null, 2));

async function alternate([tfjs, onnx]) {
  const rounds = [];
  for (let round = 0; round < Number(values.rounds) + 2; round++)
    rounds.push([await timed(tfjs), await timed(onnx)]);
  // The first ones compile.
  const counted = rounds.slice(2);
  const ratios = counted.map(([a, b]) => a / b);
  return {
    tfjs: round(median(counted.map(([a]) => a)), 1),
    onnx: round(median(counted.map(([, b]) => b)), 1),
    ratio: round(median(ratios), 2),
    range: [round(Math.min(...ratios), 2), round(Math.max(...ratios), 2)],
  };
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function apart(a, b) {
  let [most, largest] = [0, 0];
  for (let index = 0; index < a.length; index++) {
    largest = Math.max(largest, Math.abs(a[index]));
    most = Math.max(most, Math.abs(a[index] - b[index]));
  }
  return most / largest;
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
