import * as tf from '@tensorflow/tfjs';

type Applied = ReturnType<tf.layers.Layer['apply']>;

/** The one symbolic tensor that a layer answers to symbolic input; the types of TensorFlow.js leave more open. */
export function symbolic(output: Applied): tf.SymbolicTensor {
  if (output instanceof tf.SymbolicTensor) return output;
  throw new TypeError('expected one symbolic tensor from a layer');
}

/** The tensors that a model answers to tensors. */
export function outputsOf(
  model: tf.LayersModel,
  inputs: tf.Tensor | tf.Tensor[],
  training: boolean,
): tf.Tensor[] {
  const outputs = model.apply(inputs, { training });
  return (Array.isArray(outputs) ? outputs : [outputs]).map((output) => {
    if (output instanceof tf.Tensor) return output;
    throw new TypeError(`${model.name}: expected tensors, received symbols`);
  });
}
