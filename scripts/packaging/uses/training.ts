import * as tf from '@tensorflow/tfjs';
import type { ImageRecord } from '@utad/core';
import { type Images, outputsOf } from '@utad/layers';
import { type Stage, trainStages } from '@utad/training';

const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
const net = tf.sequential({
  layers: [tf.layers.conv2d({ inputShape: [1, 1, 3], filters: 3, kernelSize: 1, ...zeros })],
});
const copying: Stage<{ x: Images }> = {
  name: 'copying',
  inputSize: [1, 1],
  networks: { net },
  prepare: (images) => ({ x: images.clone() }),
  losses({ x }, training) {
    const distance = tf.losses.meanSquaredError(x, outputsOf(net, x, training)[0] ?? x).asScalar();
    return { total: distance, terms: { distance } };
  },
};
const blue: ImageRecord = {
  id: 'blue',
  label: 0,
  defectType: 'good',
  image: Uint8Array.of(0, 0, 255),
  size: [1, 1],
  channels: 3,
};
const data = {
  count: 2,
  fingerprint: 'blue',
  async *records(order: readonly number[]) {
    for (const _ of order) yield blue;
  },
};
const training = { epochs: 2, batchSize: 2, optimizer: { kind: 'sgd', learningRate: 0.3 } } as const;

async function main(): Promise<void> {
  const [history] = await trainStages([{ stage: copying, training }], data);
  const losses = history?.epochs.map((epoch) => epoch.losses.distance?.toFixed(3));
  // 1/3 of the only value that is not 0; after one step kernel and bias of blue are 0.2 each, and (1 - 0.4)^2 / 3 is left.
  console.log(losses?.join(' ')); // 0.333 0.120
}
void main();
