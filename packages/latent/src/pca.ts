import { PCA } from 'ml-pca';
import type { Codes } from './codes';

/** Codes in the directions in which they vary most, most first. */
export interface PrincipalComponents {
  /** `[N][count]`, around the mean of the codes. */
  readonly points: readonly (readonly number[])[];
  /** Share of the variance of the codes that each direction has, in [0, 1]; 0 where nothing varies. */
  readonly explained: readonly number[];
}

/** Eigenvectors of a covariance take the cube of its size: beyond this they are found one by one, by iteration. */
const MOST_FOR_COVARIANCE = 512;

/**
 * A direction may as well point the other way; here its largest number is positive, so that every machine agrees.
 *
 * @param codes checked
 * @param count at most as many as a code has numbers
 */
export function principalComponents(codes: Codes, count: number): PrincipalComponents {
  const { rows, unit } = inOwnUnit(codes);
  const length = rows[0]?.length ?? 0;
  const total = sum(Array.from({ length }, (_, at) => variance(rows.map((row) => row[at] ?? 0))));
  if (total === 0) return { points: rows.map(() => zeros(count)), explained: zeros(count) };
  const pca =
    length > MOST_FOR_COVARIANCE
      ? new PCA(rows, { method: 'NIPALS', nCompNIPALS: count })
      : new PCA(rows, { method: 'covarianceMatrix' });
  const signs = pca.getEigenvectors().transpose().to2DArray().map(signOf);
  const points = pca
    .predict(rows, { nComponents: count })
    .to2DArray()
    .map((point) => point.map((value, axis) => value * (signs[axis] ?? 1)));
  const explained = Array.from(
    { length: count },
    (_, axis) => variance(points.map((point) => point[axis] ?? 0)) / total,
  );
  return { points: points.map((point) => point.map((value) => value * unit)), explained };
}

/** Of the largest number: what is smaller is nothing, and its products would be below what a double can hold. */
const NEGLIGIBLE = 2 ** -300;

/**
 * The codes over a power of two, so that the largest number is near 1,000: eigenvectors of a covariance with numbers at
 * the end of a double's range are not found, and the iteration ends at a step of a fixed size, whatever the codes'.
 * Nothing is rounded by it.
 */
function inOwnUnit(codes: Codes): { rows: number[][]; unit: number } {
  let largest = 0;
  for (const code of codes)
    for (const value of Array.from(code)) largest = Math.max(largest, Math.abs(value));
  const unit = largest === 0 ? 1 : 2 ** Math.max(-1074, Math.floor(Math.log2(largest)) - 10);
  const scaled = (value: number) => (Math.abs(value) < largest * NEGLIGIBLE ? 0 : value / unit);
  return { rows: codes.map((code) => Array.from(code, scaled)), unit };
}

function signOf(direction: readonly number[]): number {
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? -1 : 1;
}

/** Mean squared distance from the mean. */
export function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);
