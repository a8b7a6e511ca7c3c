/**
 * Convolutions on wasm: the speed of both gradients against that of the forward pass, side by side in one run.
 *
 *   node packages/runtime/bench/wasm-convolutions.mjs [--rounds 9]
 *
 * Needs the built package. Every round runs forward pass, input gradient and filter gradient of every shape, one after
 * the other, with tensors that are new each time as in training, since the backend keeps what it prepared for a filter.
 * Times are medians over the rounds. Each gradient has as many operations as the forward pass.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);

/** Batch, side, input channels, kernel, stride, filters, and how often a step of `fast` has it in both stages. */
const FAST = [
  [8, 128, 3, 1, 1, 16, 2],
  [8, 128, 3, 5, 1, 16, 1],
  [8, 128, 3, 3, 1, 16, 1],
  [8, 32, 64, 1, 1, 32, 2],
  [8, 32, 64, 5, 1, 32, 1],
  [8, 32, 64, 3, 1, 32, 1],
  [8, 16, 128, 1, 1, 64, 2],
  [8, 16, 128, 5, 1, 64, 1],
  [8, 16, 128, 3, 1, 64, 1],
  [8, 8, 256, 1, 1, 64, 2],
  [8, 8, 256, 5, 1, 64, 1],
  [8, 8, 256, 3, 1, 64, 1],
  [8, 16, 256, 1, 1, 32, 2],
  [8, 16, 256, 5, 1, 32, 1],
  [8, 16, 256, 3, 1, 32, 1],
  [8, 32, 128, 1, 1, 16, 2],
  [8, 32, 128, 5, 1, 16, 1],
  [8, 32, 128, 3, 1, 16, 1],
  [8, 128, 64, 5, 1, 3, 1],
  [8, 128, 3, 4, 2, 32, 2],
  [8, 64, 32, 4, 2, 64, 2],
  [8, 32, 64, 3, 1, 8, 2],
  [8, 128, 3, 7, 1, 12, 2],
  [8, 128, 12, 4, 2, 24, 2],
  [8, 64, 24, 4, 2, 48, 2],
  [8, 32, 48, 3, 1, 48, 8],
  [8, 64, 48, 5, 1, 24, 2],
  [8, 128, 24, 5, 1, 12, 2],
  [8, 128, 12, 7, 1, 3, 2],
];
/** Of VGG-19 and of the presets for larger images. */
const OTHERS = [
  [4, 64, 64, 3, 1, 64],
  [4, 128, 64, 5, 1, 32],
  [4, 64, 64, 4, 2, 64],
  [4, 64, 128, 3, 1, 128],
  [4, 32, 256, 3, 1, 256],
  [4, 64, 64, 1, 1, 64],
  [4, 256, 3, 3, 1, 64],
  [4, 256, 3, 7, 1, 28],
];

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];

function timed(run) {
  const began = performance.now();
  const result = run();
  const taken = performance.now() - began;
  result.dispose();
  return taken;
}

function prepare([batch, side, channels, kernel, stride, filters, count = 0]) {
  const output = Math.ceil(side / stride);
  const x = tf.randomUniform([batch, side, side, channels], -1, 1);
  const filter = tf.randomUniform([kernel, kernel, channels, filters], -1, 1);
  const dy = tf.randomUniform([batch, output, output, filters], -1, 1);
  const attrs = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC' };
  const engine = tf.engine();
  return {
    name: `${batch}x${side}x${side}x${channels}, ${kernel}x${kernel}${stride > 1 ? ` / ${stride}` : ''} to ${filters}`,
    count,
    operations: 2 * batch * output * output * kernel * kernel * channels * filters,
    times: { forward: [], input: [], filter: [] },
    round() {
      const [x1, filter1, dy1] = [x, filter, dy].map((tensor) => tf.add(tensor, 0));
      this.times.forward.push(
        timed(() => engine.runKernel('Conv2D', { x: x1, filter: filter1 }, { ...attrs, dilations: [1, 1] })),
      );
      this.times.input.push(
        timed(() =>
          engine.runKernel(
            'Conv2DBackpropInput',
            { dy: dy1, filter: filter1 },
            { ...attrs, inputShape: x.shape },
          ),
        ),
      );
      this.times.filter.push(
        timed(() =>
          engine.runKernel(
            'Conv2DBackpropFilter',
            { x: x1, dy: dy1 },
            { ...attrs, filterShape: filter.shape },
          ),
        ),
      );
      tf.dispose([x1, filter1, dy1]);
    },
  };
}

function row(name, operations, { forward, input, filter }) {
  const speed = (milliseconds) => (operations / milliseconds / 1e6).toFixed(1).padStart(8);
  const ratio = (2 * forward) / (input + filter);
  return `${name.padEnd(34)}${speed(forward)}${speed(input)}${speed(filter)}${ratio.toFixed(2).padStart(8)}`;
}

const { reason } = await useBackend({ backend: 'wasm', training: true });
const cases = [...FAST, ...OTHERS].map(prepare);
for (let round = -1; round < rounds; round++) {
  for (const one of cases) {
    one.round();
    if (round < 0) for (const times of Object.values(one.times)) times.pop();
  }
}

console.log(`${reason}, medians of ${rounds} rounds`);
console.log(`${'GFLOP/s'.padEnd(34)} forward   input  filter   ratio`);
const total = { operations: 0, forward: 0, input: 0, filter: 0 };
for (const { name, count, operations, times } of cases) {
  const medians = {
    forward: median(times.forward),
    input: median(times.input),
    filter: median(times.filter),
  };
  console.log(row(name, operations, medians));
  total.operations += count * operations;
  for (const [kind, taken] of Object.entries(medians)) total[kind] += count * taken;
}
console.log(row('all of one step of fast', total.operations, total));
console.log('ratio: operations a second of both gradients together over those of the forward pass');
