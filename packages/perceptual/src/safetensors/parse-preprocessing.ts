import type { Preprocessing } from '../preprocessing';
import { unusable } from '../weights-error';

type Three = readonly [number, number, number];

/** A preprocessing that was written as JSON. */
export function parsePreprocessing(text: string): Preprocessing {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is not a preprocessing either.
  }
  if (typeof value === 'object' && value !== null) {
    const { name, scale, order, mean, deviation }: Record<string, unknown> = { ...value };
    const known = order === 'rgb' || order === 'bgr';
    if (typeof name === 'string' && isNumber(scale) && known && isThree(mean) && isThree(deviation)) {
      if (deviation.every((d) => d > 0)) return { name, scale, order, mean, deviation };
    }
  }
  throw unusable(
    'malformed',
    `a preprocessing { name, scale, order, mean, deviation } in the metadata, received ${text.slice(0, 80)}`,
  );
}

function isThree(value: unknown): value is Three {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
