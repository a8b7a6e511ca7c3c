import * as tf from '@tensorflow/tfjs';
import { torchvisionPreprocessing } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { trainStages } from '@utad/training';
import { expect, it } from 'vitest';
import { randomData } from '../../scripts/testing/records';
import { fold } from '../src/fold';
import { classifier } from '../src/network';
import { classifierStage } from '../src/stage';

it('folds batch norm away: the prefix has the features that it had in the classifier', async () => {
  const model = classifier({ baseWidth: 4, classes: 2, seed: 3 });
  const data = randomData(16, { size: [32, 32] });
  const stage = classifierStage(model, ['good', 'bad']);
  const optimizer = { kind: 'adam', learningRate: 0.01 } as const;
  // Some steps, so that no statistic and no gain is what it was at first.
  await trainStages([{ stage, training: { epochs: 2, batchSize: 4, optimizer } }], data);
  const vgg = new TfjsBackbone(fold(model, 'folded'));
  const worst = tf.tidy(() => {
    const images = tf.randomUniform<tf.Rank.R4>([2, 32, 32, 3], 0, 1, 'float32', 5);
    const { mean, deviation } = torchvisionPreprocessing;
    const standardised = images.sub(tf.tensor1d([...mean])).div(tf.tensor1d([...deviation]));
    const activations = model.layers.filter((layer) => layer.getClassName() === 'ReLU');
    const taps = [1, 3, 7].map((index) => activations[index]?.output);
    const trained = tf.model({ inputs: model.inputs, outputs: taps.flatMap((tap) => tap ?? []) });
    const expected = trained.predict(standardised);
    return vgg.tensorFeatures(images).map((features, index) => {
      const reference = Array.isArray(expected) ? expected[index] : undefined;
      if (reference === undefined) throw new Error('expected three taps');
      return features.sub(reference).abs().max().div(reference.max()).dataSync()[0];
    });
  });
  for (const difference of worst) expect(difference).toBeLessThan(1e-5);
  expect(worst).toHaveLength(3);
  vgg.dispose();
  model.dispose();
});
