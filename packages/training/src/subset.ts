import type { TrainingData } from './data';
import { deriveSeed, permutation } from './random';

/** A view of some records of a dataset, by index. */
export function subset(data: TrainingData, indices: readonly number[]): TrainingData {
  return {
    count: indices.length,
    fingerprint: `${data.fingerprint}#${indices.join(',')}`,
    records: (order, pass) =>
      data.records(
        order.map((position) => at(indices, position)),
        pass,
      ),
  };
}

/**
 * Sets a share of the records aside, by seed: what training never sees, and thresholds are fitted on.
 *
 * @param options `fraction` is the share kept out, at least one record, default 0.1; `seed` says which, default 0.
 * @throws RangeError when fewer than two records are there to split.
 */
export function holdOut(
  data: TrainingData,
  { fraction = 0.1, seed = 0 }: { fraction?: number; seed?: number } = {},
): { training: TrainingData; heldOut: TrainingData } {
  if (data.count < 2) {
    throw new RangeError(`holdOut: expected at least 2 images to split, received ${data.count}`);
  }
  const order = permutation(data.count, deriveSeed(seed, 'hold-out'));
  const kept = Math.max(1, Math.round(data.count * fraction));
  const ascending = (a: number, b: number) => a - b;
  return {
    training: subset(data, order.slice(kept).sort(ascending)),
    heldOut: subset(data, order.slice(0, kept).sort(ascending)),
  };
}

function at(indices: readonly number[], position: number): number {
  const index = indices[position];
  if (index === undefined) {
    throw new RangeError(`subset: expected an index below ${indices.length}, received ${position}`);
  }
  return index;
}
