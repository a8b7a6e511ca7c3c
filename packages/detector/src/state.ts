import type { TensorData } from '@utad/core';

/** A state that is not that of the detector which is to have it. */
export class StateError extends Error {
  override readonly name = 'StateError';

  constructor(
    /** Whether the tensor is not there, or of another shape. */
    readonly code: 'missing' | 'shape',
    message: string,
    /** The tensor's name. */
    readonly tensor: string,
  ) {
    super(message);
  }
}

/**
 * One tensor of a state.
 *
 * @param shape That it must have; null for an axis of any length.
 * @throws StateError where there is none of this name and shape.
 * @example stateTensor(state, 'mean', [null, 384]).data
 */
export function stateTensor(
  state: ReadonlyMap<string, TensorData>,
  name: string,
  shape: readonly (number | null)[],
): TensorData {
  const tensor = state.get(name);
  const expected = `expected ${name} of shape [${shape.map((side) => side ?? 'any')}]`;
  if (tensor === undefined) throw new StateError('missing', `${expected}, found none`, name);
  const fits =
    tensor.shape.length === shape.length &&
    shape.every((side, axis) => side === null || side === tensor.shape[axis]);
  if (fits) return tensor;
  throw new StateError('shape', `${expected}, found [${tensor.shape}]`, name);
}
