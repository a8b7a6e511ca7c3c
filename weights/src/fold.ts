import * as tf from '@tensorflow/tfjs';
import {
  type BackboneWeights,
  torchvisionPreprocessing,
  vgg19,
  type WeightTensor,
  weightsSha256,
} from '@utad/features';
import { normOf, PREFIX } from './network';

/** Of `BatchNorm`. */
const EPSILON = 0.001;

/**
 * The prefix of a trained classifier as plain convolutions with bias: at inference batch norm is one factor and one summand
 * a channel, `gain / sqrt(variance + epsilon)` and `bias - mean * factor`, which kernel and bias take up.
 */
export function fold(model: tf.LayersModel, name: string): BackboneWeights {
  const tensors: Record<string, WeightTensor> = {};
  for (const convolution of PREFIX) {
    tf.tidy(() => {
      const [kernel] = model.getLayer(convolution.name).getWeights();
      const [gain, bias, mean, variance] = model.getLayer(normOf(convolution.name)).getWeights();
      if (!kernel || !gain || !bias || !mean || !variance) {
        throw new Error(`${convolution.name}: expected a kernel and a batch norm with gain and bias`);
      }
      const factor = gain.div(variance.add(EPSILON).sqrt());
      tensors[`${convolution.name}/kernel`] = plain(kernel.mul(factor));
      tensors[`${convolution.name}/bias`] = plain(bias.sub(mean.mul(factor)));
    });
  }
  return {
    backbone: vgg19,
    name,
    sha256: weightsSha256(vgg19, tensors),
    preprocessing: torchvisionPreprocessing,
    tensors,
  };
}

function plain(tensor: tf.Tensor): WeightTensor {
  return { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) };
}
