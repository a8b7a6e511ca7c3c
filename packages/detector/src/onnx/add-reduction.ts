import type { Size } from '@utad/core';
import type { GraphBuilder } from '@utad/onnx';
import type { Reduction } from '../detector';
import { highestCount, quantilePlace } from '../reduce';

/**
 * One number of each map of a batch, as `reduceMaps` computes it.
 *
 * @param map `[B, h, w]`
 * @param inside Which pixels count, as places in a map of this size, row by row. Default all.
 * @returns `[B]`
 */
export function addReduction(
  graph: GraphBuilder,
  map: string,
  [height, width]: Size,
  reduction: Reduction,
  inside?: readonly number[],
): string {
  const all = graph.add('Reshape', [map, graph.integers(-1, height * width)]); // [B, h * w]
  const values =
    inside === undefined ? all : graph.add('Gather', [all, graph.integers(...inside)], { axis: 1 });
  const count = inside?.length ?? height * width;
  if (reduction === 'mean') return graph.add('ReduceMean', [values, graph.integers(1)], { keepdims: 0 });
  if (reduction === 'max') return graph.add('ReduceMax', [values, graph.integers(1)], { keepdims: 0 });
  if ('highest' in reduction) {
    const [highest = ''] = graph.addMany('TopK', [values, graph.integers(highestCount(count, reduction))], 2);
    return graph.add('ReduceMean', [highest, graph.integers(1)], { keepdims: 0 });
  }
  const { below, share } = quantilePlace(count, reduction);
  // Highest first: the lower of the two is the last of so many.
  const [descending = ''] = graph.addMany('TopK', [values, graph.integers(count - below)], 2);
  const at = (place: number) => {
    const index = graph.constant(BigInt64Array.of(BigInt(place)), []);
    return graph.add('Gather', [descending, index], { axis: 1 }); // [B]
  };
  const low = at(count - below - 1);
  if (share === 0) return low;
  const high = at(count - below - 2);
  const step = graph.add('Mul', [graph.add('Sub', [high, low]), graph.scalar(share)]);
  return graph.add('Add', [low, step]);
}
