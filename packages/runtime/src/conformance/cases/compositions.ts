import * as tf from '@tensorflow/tfjs';
import type { NdArray } from '../nd-array';
import type { Operation } from '../operation';
import { elementwise2 } from '../reference/broadcast';
import { mean, reduce } from '../reference/reduce';

const difference = (a: number, b: number) => a - b;

/** (x - mean) / sqrt(variance + epsilon): batch, instance and layer norm differ in the axes. */
function standardization(
  norm: string,
  shape: readonly number[],
  axes: readonly number[],
  epsilon: number,
  short = false,
): Operation {
  return {
    op: 'standardize',
    label: `as ${norm} norm, [${shape}] over axes ${axes}`,
    inputs: [{ name: 'x', shape }],
    run: (x) => {
      const centred = tf.sub(x, tf.mean(x, [...axes], true));
      const variance = tf.mean(tf.square(centred), [...axes], true);
      return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    },
    reference: (x) => {
      const centred = elementwise2(x, reduce(x, axes, true, mean), difference);
      const squares: NdArray = { shape: x.shape, values: centred.values.map((value) => value ** 2) };
      return elementwise2(
        centred,
        reduce(squares, axes, true, mean),
        (value, variance) => value / Math.sqrt(variance + epsilon),
      );
    },
    tolerance: 5e-6,
    short,
  };
}

export const compositions: readonly Operation[] = [
  standardization('batch', [2, 3, 4, 3], [0, 1, 2], 1e-3, true),
  standardization('batch', [5, 6], [0], 1e-3),
  standardization('instance', [2, 4, 4, 3], [1, 2], 1e-5),
  standardization('layer', [2, 3, 4, 3], [1, 2, 3], 1e-5),
  {
    op: 'sigmoid',
    label: 'of a logit and a change, [2,3,3,2]: painting on an image',
    inputs: [
      { name: 'image', shape: [2, 3, 3, 2], range: { from: 0.05, to: 0.95 } },
      { name: 'change', shape: [2, 3, 3, 2] },
    ],
    run: (image, change) => tf.sigmoid(tf.add(tf.log(tf.div(image, tf.sub(1, image))), change)),
    reference: (image, change) =>
      elementwise2(image, change, (x, c) => 1 / (1 + Math.exp(-(Math.log(x / (1 - x)) + c)))),
    tolerance: 5e-6,
  },
];
