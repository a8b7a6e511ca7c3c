import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import { type Images, ofRank, outputsOf } from '@utad/layers';
import type { ConfiguredStage, Stage } from '@utad/training';

export const SIZE: Size = [2, 2];

/**
 * Two stages with all that real ones have: noise, moving averages, and a second stage that needs the first.
 *
 * @param seed At least 1: TensorFlow.js takes 0 for none.
 */
export function tinyStages(seed: number): { plans: ConfiguredStage[]; dispose(): void } {
  const first = network('first', seed);
  const second = network('second', seed + 1);
  const output = (model: tf.LayersModel, images: Images, training: boolean) =>
    ofRank(2, outputsOf(model, images, training)[0], model.name);

  const noisy: Stage<{ x: Images; noise: tf.Tensor }> = {
    name: 'first',
    inputSize: SIZE,
    smallestBatch: 2,
    networks: { net: first },
    prepare: (images, noiseSeed) => ({
      x: images.clone(),
      noise: tf.randomNormal([images.shape[0], 3], 0, 1, 'float32', noiseSeed),
    }),
    losses({ x, noise }, training) {
      const y = output(first, x, training);
      const error = y.sub(noise).square().mean().asScalar();
      const size = y.abs().mean().asScalar();
      return { total: error.add(size.mul(0.1)).asScalar(), terms: { error, size } };
    },
  };
  const following: Stage<{ x: Images; target: tf.Tensor }> = {
    name: 'second',
    inputSize: SIZE,
    smallestBatch: 2,
    networks: { net: second },
    prepare: (images) => ({ x: images.clone(), target: output(first, images, false) }),
    losses({ x, target }, training) {
      const error = output(second, x, training).sub(target).square().mean().asScalar();
      return { total: error, terms: { error } };
    },
  };
  const training = { epochs: 2, batchSize: 2 };
  return {
    plans: [
      { stage: noisy, training: { ...training, optimizer: { kind: 'adam', learningRate: 0.01 } } },
      {
        stage: following,
        training: {
          ...training,
          optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.9 },
          schedule: 'cosine',
        },
      },
    ],
    dispose: () => {
      first.dispose();
      second.dispose();
    },
  };
}

function network(name: string, seed: number): tf.LayersModel {
  return tf.sequential({
    name,
    layers: [
      tf.layers.flatten({ inputShape: [...SIZE, 3], name: `${name}_flatten` }),
      tf.layers.batchNormalization({ name: `${name}_norm` }),
      tf.layers.dense({
        units: 3,
        kernelInitializer: tf.initializers.glorotNormal({ seed }),
        name: `${name}_dense`,
      }),
    ],
  });
}

/** A stage whose course can be worked out by hand: `loss = (w · x - 1)²`, w = 0 at the start, one pixel an image. */
export function linearStage(): Stage<{ x: Images }> & { dispose(): void } {
  const net = tf.sequential({
    name: 'linear',
    layers: [
      tf.layers.flatten({ inputShape: [1, 1, 3], name: 'linear_flatten' }),
      tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', name: 'linear_dense' }),
    ],
  });
  return {
    name: 'linear',
    inputSize: [1, 1],
    smallestBatch: 2,
    networks: { net },
    prepare: (images) => ({ x: images.clone() }),
    losses({ x }, training) {
      const error = ofRank(2, outputsOf(net, x, training)[0], 'linear')
        .sub(1)
        .square()
        .mean()
        .asScalar();
      return { total: error, terms: { error } };
    },
    dispose: () => {
      net.dispose();
    },
  };
}
