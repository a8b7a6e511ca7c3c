import { LatentError } from './error';

/** Latent codes `[N][D]`: one array of D numbers for each image, typed or not. */
export type Codes = readonly ArrayLike<number>[];

/**
 * How many numbers each code has.
 *
 * @param place of the caller, for the message
 * @throws LatentError `empty`, `shape` or `not-finite`.
 */
export function expectCodes(codes: Codes, place: string): number {
  const [first] = codes;
  if (first === undefined) throw new LatentError('empty', `${place}: expected codes, received none`);
  if (first.length === 0) {
    throw new LatentError('empty', `${place}: expected codes of one number or more, received empty ones`);
  }
  for (const [index, code] of codes.entries()) expectCode(code, first.length, `${place}: code ${index}`);
  return first.length;
}

/** @throws LatentError `shape` or `not-finite`. */
export function expectCode(code: ArrayLike<number>, length: number, what: string): void {
  if (code.length !== length) {
    throw new LatentError(
      'shape',
      `${what}: expected ${length} numbers as in the first code, received ${code.length}`,
    );
  }
  for (let at = 0; at < length; at++) {
    if (Number.isFinite(code[at])) continue;
    throw new LatentError('not-finite', `${what}: expected finite numbers, received ${code[at]} at ${at}`);
  }
}
