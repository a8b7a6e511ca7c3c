import * as tf from '@tensorflow/tfjs';
import type { ImageRecord } from '@utad/core';
import { type Images, outputsOf } from '@utad/layers';
import { type Stage, trainStages } from '@utad/training';

const net = tf.sequential({
  layers: [tf.layers.conv2d({ inputShape: [1, 1, 3], filters: 3, kernelSize: 1 })],
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
const pixel = Uint8Array.of(25, 102, 230);
const record: ImageRecord = {
  id: 'orange',
  label: 0,
  defectType: 'good',
  image: pixel,
  size: [1, 1],
  channels: 3,
};
const records = async function* (order: readonly number[]) {
  for (const _ of order) yield record;
};
const training = { epochs: 200, batchSize: 2, optimizer: { kind: 'adam', learningRate: 0.02 } } as const;
const data = { count: 2, fingerprint: 'orange', records };
const [history] = await trainStages([{ stage: copying, training }], data);
console.log(history?.epochs.length, history?.epochs.at(-1)?.losses.distance?.toFixed(3)); // 200 0.000
