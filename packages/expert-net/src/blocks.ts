import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { symbolic } from '@utad/training';

/** What every part of one network shares: its name, for layers, and the seed of its initial weights. */
export interface Scope {
  readonly name: string;
  readonly seed: number;
}

/** A normalisation that follows a convolution. */
export type Normalize = (x: tf.SymbolicTensor, name: string) => tf.SymbolicTensor;

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  /** Default none. */
  readonly activation?: 'relu' | 'sigmoid' | 'linear';
  /** Start at nothing, so that what this is added to stays as it is. Default false. */
  readonly startAtZero?: boolean;
  readonly name: string;
}

/** A convolution with zero padding and bias. */
export function convolution(
  x: tf.SymbolicTensor,
  { filters, kernelSize, strides = 1, activation = 'linear', startAtZero = false, name }: ConvolutionOptions,
  scope: Scope,
): tf.SymbolicTensor {
  const layer = tf.layers.conv2d({
    filters,
    kernelSize,
    strides,
    padding: 'same',
    activation,
    kernelInitializer: startAtZero
      ? 'zeros'
      : tf.initializers.heNormal({ seed: deriveSeed(scope.seed, scope.name, name) }),
    name: `${scope.name}_${name}`,
  });
  return symbolic(layer.apply(x));
}

export function relu(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return symbolic(tf.layers.activation({ activation: 'relu', name }).apply(x));
}

/** Two 3x3 convolutions, each normalised, added to their input (https://arxiv.org/abs/1512.03385). */
export function residualBlock(
  x: tf.SymbolicTensor,
  { filters, name, normalize }: { filters: number; name: string; normalize: Normalize },
  scope: Scope,
): tf.SymbolicTensor {
  const full = `${scope.name}_${name}`;
  const first = convolution(x, { filters, kernelSize: 3, name: `${name}_conv1` }, scope);
  const hidden = relu(normalize(first, `${full}_norm1`), `${full}_relu`);
  const second = convolution(hidden, { filters, kernelSize: 3, name: `${name}_conv2` }, scope);
  return symbolic(tf.layers.add({ name: `${full}_add` }).apply([x, normalize(second, `${full}_norm2`)]));
}
