import * as tf from '@tensorflow/tfjs';
import type { BackboneWeights } from '@utad/features';
import { layerTable } from './reference';

/** VGG-19 up to conv3_4 as a layers model, of the names that Keras has for its layers. */
export function vggModel({ tensors }: BackboneWeights): tf.LayersModel {
  const model = tf.sequential();
  layerTable.forEach(([name, , filters], l) => {
    const shape = l === 0 ? { inputShape: [null, null, 3] } : {};
    if (name === 'conv2_1' || name === 'conv3_1') model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
    model.add(
      tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu', ...shape }),
    );
    const [kernel, bias] = [tensors[`${name}/kernel`], tensors[`${name}/bias`]];
    tf.tidy(() => {
      const values = [kernel, bias].map((t) => tf.tensor(t?.data ?? [], [...(t?.shape ?? [])]));
      model.getLayer(name).setWeights(values);
    });
  });
  return model;
}

/** Two convolutions that halve, with batch norm between, and a dense head. */
export function small(inputShape: (number | null)[] = [null, null, 3]): tf.LayersModel {
  const halving = { kernelSize: 3, strides: 2, activation: 'relu' } as const;
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ ...halving, filters: 4, inputShape, name: 'fine' }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.conv2d({ ...halving, filters: 6, name: 'coarse' }),
      tf.layers.globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' }),
    ],
  });
}
