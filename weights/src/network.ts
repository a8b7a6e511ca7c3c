import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { BatchNorm, symbolic } from '@utad/layers';

/** One convolution: 3x3, zero padding, no bias, then batch norm and ReLU. */
interface Convolution {
  readonly name: string;
  /** Times the base width. */
  readonly width: number;
  /** Whether a 2x2 max-pooling comes before it. */
  readonly pooled?: boolean;
}

/** What is shipped: VGG-19 up to conv3_4. */
export const PREFIX: readonly Convolution[] = [
  { name: 'conv1_1', width: 1 },
  { name: 'conv1_2', width: 1 },
  { name: 'conv2_1', width: 2, pooled: true },
  { name: 'conv2_2', width: 2 },
  { name: 'conv3_1', width: 4, pooled: true },
  { name: 'conv3_2', width: 4 },
  { name: 'conv3_3', width: 4 },
  { name: 'conv3_4', width: 4 },
];

/** Only there while it learns: without it conv3_4 would be a classifier's last layer, which knows classes, not looks. */
const TAIL: readonly Convolution[] = [
  { name: 'conv4_1', width: 8, pooled: true },
  { name: 'conv4_2', width: 8 },
];

/** A classifier of 32x32 images. */
export interface ClassifierOptions {
  /** Filters of conv1_1; VGG-19's is 64. */
  readonly baseWidth: number;
  readonly classes: number;
  /** Fixes the initial weights. */
  readonly seed: number;
}

/**
 * The prefix, a tail, the mean over pixels and one dense layer.
 *
 * @returns a model from standardised images `[B, 32, 32, 3]` to logits `[B, classes]`.
 */
export function classifier({ baseWidth, classes, seed }: ClassifierOptions): tf.LayersModel {
  const input = tf.input({ shape: [32, 32, 3] });
  let y: tf.SymbolicTensor = input;
  for (const { name, width, pooled } of [...PREFIX, ...TAIL]) {
    if (pooled) y = symbolic(tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }).apply(y));
    const convolution = tf.layers.conv2d({
      name,
      filters: width * baseWidth,
      kernelSize: 3,
      padding: 'same',
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed: deriveSeed(seed, name) }),
    });
    const norm = new BatchNorm({ name: normOf(name) });
    y = symbolic(tf.layers.reLU().apply(norm.apply(convolution.apply(y))));
  }
  const pooled = tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }).apply(y);
  const dense = tf.layers.dense({
    name: 'logits',
    units: classes,
    kernelInitializer: tf.initializers.glorotUniform({ seed: deriveSeed(seed, 'logits') }),
  });
  return tf.model({ inputs: input, outputs: symbolic(dense.apply(pooled)) });
}

/** The name of the batch norm behind a convolution. */
export function normOf(convolution: string): string {
  return `${convolution}_norm`;
}
