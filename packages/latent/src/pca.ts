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
  const rows = codes.map((code) => Array.from(code));
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
  return { points, explained };
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
