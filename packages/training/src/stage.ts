import * as tf from '@tensorflow/tfjs';
import type { ImageRecord, Size } from '@utad/core';
import type { Images } from './images';
import type { TrivialTerm } from './trivial-terms';

/** The least a batch holds: IE-Net pairs each image with another one. */
export const SMALLEST_BATCH = 2;

/** One network, or several trained together, with what training needs to know of it. */
export interface Stage<Inputs extends tf.TensorContainer = tf.TensorContainer> {
  /** For events and checkpoints; unique in a run. */
  readonly name: string;
  /** Height and width of the images that it takes. */
  readonly inputSize: Size;
  /** Everything this stage trains, by name. */
  readonly networks: Readonly<Record<string, tf.LayersModel>>;
  /**
   * Makes of a batch all that losses need and no gradient goes through: noise, targets, another network's output.
   *
   * @param seed Fixes the noise; another one for every step.
   * @param records What the images were read from, in their order: for targets that are not the images themselves.
   */
  prepare(images: Images, seed: number, records: readonly ImageRecord[]): Inputs;
  /** Loss terms of prepared inputs; `training` chooses batch statistics over moving averages. */
  losses(inputs: Inputs, training: boolean): StageLosses;
  /** Loss terms that may stay at a value which says that nothing is learnt; training then warns. */
  readonly trivialTerms?: Readonly<Record<string, TrivialTerm>>;
}

/** A type rather than an interface, so that TensorFlow.js takes it for a container of tensors. */
export type StageLosses = {
  /** What is minimised. */
  readonly total: tf.Scalar;
  /** The terms by themselves, unweighted. */
  readonly terms: { readonly [name: string]: tf.Scalar };
};

/** All weights of a stage by unique name, moving averages included. */
export function stageWeights(stage: Stage): Map<string, tf.Variable> {
  return collect(stage, (network) => network.weights);
}

/** Those that gradients change. */
export function trainableWeights(stage: Stage): Map<string, tf.Variable> {
  return collect(stage, (network) => network.trainableWeights);
}

type LayerWeights = tf.LayersModel['weights'];

function collect(stage: Stage, choose: (network: tf.LayersModel) => LayerWeights): Map<string, tf.Variable> {
  const weights = new Map<string, tf.Variable>();
  for (const [name, network] of Object.entries(stage.networks)) {
    for (const weight of choose(network)) {
      const value = weight.read();
      if (!(value instanceof tf.Variable)) {
        throw new TypeError(`stage ${stage.name}: expected ${weight.originalName} to be a variable`);
      }
      weights.set(`${name}/${weight.originalName}`, value);
    }
  }
  return weights;
}
