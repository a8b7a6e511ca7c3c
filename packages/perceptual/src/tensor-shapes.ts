import { vgg19Layers } from './vgg19-layers';
import { unusable } from './weights-error';

/** A size that a tensor is to have; undefined where any width will do. */
export type Size = number | undefined;

/** Wider ones are something else, and nothing is allocated for them. */
const WIDEST = 4096;

/**
 * The shape that a tensor has to have beside the others: 3x3 kernels, each taking as many channels as the one before
 * gives, and biases as long as their kernel is wide. Widths are free: a narrower network of the same build fits.
 *
 * @param name such as `conv1_2/kernel`.
 * @param shapeOf the shapes of the others, kernels as `[height, width, inputs, filters]`.
 */
export function expectedShape(
  name: string,
  shapeOf: (name: string) => readonly number[] | undefined,
): readonly Size[] {
  const [layer = '', kind] = name.split('/');
  const widthOf = (kernel: string): Size => shapeOf(`${kernel}/kernel`)?.[3];
  if (kind === 'bias') return [widthOf(layer)];
  const before = vgg19Layers[vgg19Layers.findIndex((other) => other.name === layer) - 1];
  return [3, 3, before === undefined ? 3 : widthOf(before.name), undefined];
}

/**
 * @param what the tensor in the message.
 * @param received what came, in words; default the shape.
 * @throws WeightsError when the shape is not the expected one.
 */
export function checkShape(
  what: string,
  shape: readonly number[],
  expected: readonly Size[],
  received = `[${shape}]`,
): void {
  const fits = expected.every((size, axis) => {
    const found = shape[axis];
    return size === undefined ? found !== undefined && found >= 1 && found <= WIDEST : found === size;
  });
  if (fits && shape.length === expected.length) return;
  const sizes = expected.map((size) => size ?? 'C').join();
  const free = expected.includes(undefined) ? `, C from 1 to ${WIDEST}` : '';
  throw unusable('shape', `${what} of shape [${sizes}]${free}, received ${received}`, what);
}
