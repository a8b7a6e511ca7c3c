import type { AnomalyDetector } from '@utad/detector';

const METHODS = ['fit', 'predict', 'networks', 'dispose'] as const;

/**
 * Looks at a detector that a kind made, so that what is missing shows before training rather than after it.
 *
 * @throws TypeError that names what is wrong.
 */
export function checkDetector(detector: AnomalyDetector, kind: string): void {
  const wrong = (expected: string, received: unknown) =>
    new TypeError(
      `${kind}: expected a detector with ${expected}, received ${JSON.stringify(received) ?? 'none'}`,
    );
  if (typeof detector !== 'object' || detector === null) throw wrong('its methods', detector);
  if (detector.kind !== kind) throw wrong(`kind ${kind}`, detector.kind);
  const { inputSize, reduction } = detector;
  if (
    !Array.isArray(inputSize) ||
    inputSize.length !== 2 ||
    !inputSize.every((side) => Number.isInteger(side) && side > 0)
  ) {
    throw wrong('an inputSize of height and width', inputSize);
  }
  if (reduction !== 'mean' && reduction !== 'max') throw wrong('a reduction of mean or max', reduction);
  for (const method of METHODS) {
    if (typeof detector[method] !== 'function') throw wrong(`a method ${method}`, detector[method]);
  }
}
