import * as tf from '@tensorflow/tfjs';
import type { ImageRecord, Size } from '@utad/core';
import type { Images } from '@utad/layers';

/** One network, or several trained together on one loss, with what training needs to know of it. */
export interface Stage<Inputs extends tf.TensorContainer = tf.TensorContainer> {
  /** For events and checkpoints; unique in a run. */
  readonly name: string;
  /** Height and width of the images that it takes. */
  readonly inputSize: Size;
  /** Fewest images that a batch may hold; a last batch of fewer is left out. Default 1. */
  readonly smallestBatch?: number;
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
  losses(inputs: Inputs, training: boolean): LossTensors;
  /** Loss terms that may stay at a value which says that nothing is learnt; training then warns. */
  readonly trivialTerms?: Readonly<Record<string, TrivialTerm>>;
}

/**
 * A stage of several groups of weights, each with its own loss and optimiser: a generator and its discriminator.
 *
 * In each step the inputs are prepared once, and the groups learn one after the other in the order of their keys: a later
 * group's loss sees the weights that earlier groups have just moved. A group's loss may run the networks of any group;
 * its gradient moves the group's own only. A network that runs in training moves its moving averages each time.
 *
 * Loss terms are named `<group>/<term>`, a group's total is `<group>/total`, and `total` is the sum of the groups'. That
 * sum decides about early stopping and best weights, where a group may count another total than it learns from:
 * `losses` is told whether it is training.
 */
export interface GroupedStage<Inputs extends tf.TensorContainer = tf.TensorContainer>
  extends Omit<Stage<Inputs>, 'networks' | 'losses'> {
  /** By name. A network may be in several groups, under the same name. */
  readonly groups: Readonly<Record<string, WeightGroup<Inputs>>>;
}

/** The networks that one optimiser moves, and the loss that it brings down. */
export type WeightGroup<Inputs extends tf.TensorContainer = tf.TensorContainer> = Pick<
  Stage<Inputs>,
  'networks' | 'losses'
>;

/** A type rather than an interface, so that TensorFlow.js takes it for a container of tensors. */
export type LossTensors = {
  /** What is minimised. */
  readonly total: tf.Scalar;
  /** The terms by themselves, unweighted. */
  readonly terms: { readonly [name: string]: tf.Scalar };
};

/** The value of a loss term that a network reaches without having learnt what the term is for. */
export interface TrivialTerm {
  /** Of the unweighted term. */
  readonly value: number;
  /** How near the term's mean over an epoch has to come to count. */
  readonly tolerance: number;
  /** What it means, to end the sentence "the term stays at ...:". */
  readonly meaning: string;
}

/** The name of the only group of a stage that has no groups: it leaves no trace in names of terms and tensors. */
const ONLY_GROUP = '';

/** The groups of either kind of stage, in the order in which they learn. */
export function groupsOf(stage: Stage | GroupedStage): [name: string, group: WeightGroup][] {
  return 'groups' in stage ? Object.entries(stage.groups) : [[ONLY_GROUP, stage]];
}

/** `<group>/<name>`, or the name alone in a stage without groups. */
export function inGroup(group: string, name: string | number): string {
  return group === ONLY_GROUP ? String(name) : `${group}/${name}`;
}

/**
 * All weights of a stage by unique name, moving averages included.
 *
 * @throws RangeError when two networks have one name.
 */
export function stageWeights(stage: Stage | GroupedStage): Map<string, tf.Variable> {
  return collect(stage, (network) => network.weights);
}

/**
 * Those that gradients change.
 *
 * @param group Of one group only. Default: of the whole stage.
 * @throws RangeError when two networks have one name.
 */
export function trainableWeights(stage: Stage | GroupedStage, group?: string): Map<string, tf.Variable> {
  return collect(stage, (network) => network.trainableWeights, group);
}

function collect(
  stage: Stage | GroupedStage,
  choose: (network: tf.LayersModel) => tf.LayersModel['weights'],
  group?: string,
): Map<string, tf.Variable> {
  const networks = new Map<string, tf.LayersModel>();
  const weights = new Map<string, tf.Variable>();
  for (const [name, network] of networksOf(stage, group)) {
    if ((networks.get(name) ?? network) !== network) {
      throw new RangeError(`stage ${stage.name}: expected one network of each name, received two of ${name}`);
    }
    networks.set(name, network);
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

function networksOf(stage: Stage | GroupedStage, group?: string): [string, tf.LayersModel][] {
  return groupsOf(stage)
    .filter(([name]) => group === undefined || name === group)
    .flatMap(([, { networks }]) => Object.entries(networks));
}
