import * as tf from '@tensorflow/tfjs';
import { torchvisionPreprocessing } from '@utad/features';
import { ofRank, outputsOf } from '@utad/layers';
import type { Stage } from '@utad/training';
import { augment } from './augment';

/** A batch as the classifier takes it. */
type Inputs = {
  /** Standardised, `[B, 32, 32, 3]`. */
  readonly x: tf.Tensor4D;
  /** Smoothed one-hot classes, `[B, classes]`. */
  readonly targets: tf.Tensor2D;
};

/** Share of a target that is spread over all classes, so that logits need not grow without end. */
const SMOOTHING = 0.05;

/** Trains a classifier on records whose `kind` is their class. */
export function classifierStage(model: tf.LayersModel, classes: readonly string[]): Stage<Inputs> {
  return {
    name: 'vgg19-prefix',
    inputSize: [32, 32],
    // Batch norm of one image would tell the classifier nothing.
    smallestBatch: 2,
    networks: { model },

    prepare(images, seed, records) {
      const labels = records.map(({ defectType: kind }) => classes.indexOf(kind));
      if (labels.includes(-1)) throw new RangeError(`expected records of ${classes.join(', ')}`);
      const mirrored = records.map(({ defectType: kind }) => !kind.startsWith('mnist/'));
      const { mean, deviation } = torchvisionPreprocessing;
      const x = augment(images, mirrored, seed)
        .sub(tf.tensor1d([...mean]))
        .div<tf.Tensor4D>(tf.tensor1d([...deviation]));
      const sure = tf.oneHot(tf.tensor1d(labels, 'int32'), classes.length).toFloat();
      return { x, targets: sure.mul(1 - SMOOTHING).add<tf.Tensor2D>(SMOOTHING / classes.length) };
    },

    losses({ x, targets }, training) {
      const logits = ofRank(2, outputsOf(model, x, training)[0], model.name);
      const crossEntropy = tf.logSoftmax(logits).mul(targets).sum(1).neg().mean().asScalar();
      const accuracy = logits.argMax(1).equal(targets.argMax(1)).toFloat().mean().asScalar();
      return { total: crossEntropy, terms: { crossEntropy, accuracy } };
    },
  };
}
