import type * as tf from '@tensorflow/tfjs';

/** What a detector's networks do with one image, once through. */
export interface Work {
  /** Operations of convolutions and dense layers, a multiplication and an addition for every product. */
  readonly flop: number;
  /** Values that layers put out: what everything else has to read and write. */
  readonly values: number;
}

/** Counted layer by layer, from the sizes of weights and outputs. */
export function workOf(networks: Readonly<Record<string, tf.LayersModel>>): Work {
  let [flop, values] = [0, 0];
  for (const { layers } of Object.values(networks)) {
    for (const layer of layers) {
      const output = sizes(layer.outputShape);
      values += product(output);
      const kernel = layer.weights
        .map(({ shape }) => sizes(shape))
        .find(({ length }) => length === 4 || length === 2);
      if (kernel === undefined) continue;
      // A kernel of rank 4 is used at every place of the output, one of rank 2 once.
      const places = kernel.length === 4 ? product(output.slice(0, 2)) : 1;
      flop += 2 * product(kernel) * places;
    }
  }
  return { flop, values };
}

/** Known sides, without the batch. */
function sizes(shape: tf.Shape | tf.Shape[]): number[] {
  return shape.flat().filter((side) => side !== null);
}

function product(factors: readonly number[]): number {
  return factors.reduce((all, factor) => all * factor, 1);
}
