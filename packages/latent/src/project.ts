import { type Codes, expectCodes } from './codes';
import { LatentError } from './error';
import { principalComponents } from './pca';
import { tSneSteps } from './t-sne';

/** How {@link project} brings codes down to two dimensions. */
export type ProjectOptions =
  | {
      /** The two directions in which the codes vary most: a shadow, in which distances shrink and never grow. */
      readonly method: 'pca';
    }
  | {
      /** van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008: who is near stays near. */
      readonly method: 't-sne';
      /** A whole number that fixes the result. Default 0. */
      readonly seed?: number;
      /**
       * About how many neighbours each code keeps, at least 1 and at most a third of the other codes. Default 30, or that
       * third where it is smaller.
       */
      readonly perplexity?: number;
      /** Steps of the descent. Default 400. */
      readonly iterations?: number;
    };

/** Codes in two dimensions. */
export type Projection = PcaProjection | TSneProjection;

/** What {@link project} makes by PCA. */
export interface PcaProjection {
  /** As asked for. */
  readonly method: 'pca';
  /** `[N][2]`, in the units of the codes, around their mean. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Share of the variance of the codes that either axis has, in [0, 1]. */
  readonly explained: readonly [x: number, y: number];
}

/** What {@link project} makes by t-SNE. */
export interface TSneProjection {
  /** As asked for. */
  readonly method: 't-sne';
  /** `[N][2]`, around 0, without units. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** As used. */
  readonly perplexity: number;
}

/** Fewer have no third of others that would be a neighbour. */
const FEWEST_FOR_T_SNE = 4;

/**
 * Latent codes in two dimensions, for drawing.
 *
 * t-SNE starts from the first two principal components with noise a hundredth of their size, so that equal codes part; it
 * compares all pairs: time and memory grow with the square of N, from seconds for 500 codes to a minute or two for 2,000.
 * Equal codes, seed and options give equal bytes on one machine. It holds its thread until it is done; `projectInSlices`
 * does not.
 *
 * @param codes - `[N][D]`, finite; at least 2 for PCA and 4 for t-SNE.
 * @throws {@link LatentError} `empty`, `shape`, `not-finite` or `too-few` for codes that are wrong; `range` for a seed that is
 * no whole number, a perplexity outside its range or iterations below 1.
 *
 * @example
 * ```ts
 * project([[0, 0, 1], [2, 0, 1], [4, 0, 1]], { method: 'pca' });
 * // { method: 'pca', points: [[-2, 0], [0, 0], [2, 0]], explained: [1, 0] }
 * ```
 */
export function project(codes: Codes, options: { readonly method: 'pca' }): PcaProjection;
export function project(codes: Codes, options: ProjectOptions & { readonly method: 't-sne' }): TSneProjection;
export function project(codes: Codes, options: ProjectOptions): Projection;
export function project(codes: Codes, options: ProjectOptions): Projection {
  const steps = projectSteps(codes, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Steps of a projection, of how many. */
export interface ProjectionStep {
  readonly done: number;
  readonly total: number;
}

/** As {@link project}, in steps; PCA is a single one. */
export function* projectSteps(codes: Codes, options: ProjectOptions): Generator<ProjectionStep, Projection> {
  const length = expectCodes(codes, 'project');
  const fewest = options.method === 'pca' ? 2 : FEWEST_FOR_T_SNE;
  if (codes.length < fewest) {
    throw new LatentError(
      'too-few',
      `project: expected ${fewest} codes or more for ${options.method}, received ${codes.length}`,
    );
  }
  if (options.method === 'pca') {
    const { plane, explained } = inPlane(codes, length);
    yield { done: 1, total: 1 };
    return { method: 'pca', points: plane, explained };
  }
  const third = (codes.length - 1) / 3;
  const { seed = 0, perplexity = Math.min(30, third), iterations: total = 400 } = options;
  expectWhole('seed', seed);
  expectWhole('number of iterations', total, 1);
  if (!(perplexity >= 1 && perplexity <= third)) {
    throw new LatentError(
      'range',
      `project: expected a perplexity from 1 to ${third.toFixed(1)} for ${codes.length} codes, received ${perplexity}`,
    );
  }
  const { plane } = inPlane(codes, length);
  const steps = tSneSteps(codes, plane, { seed, perplexity, iterations: total });
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { method: 't-sne', perplexity, points: value };
    yield { done: value, total };
  }
}

/** @param length how many numbers a code has */
function inPlane(
  codes: Codes,
  length: number,
): { readonly plane: readonly [number, number][]; readonly explained: readonly [number, number] } {
  const { points, explained } = principalComponents(codes, Math.min(2, length));
  const [x = 0, y = 0] = explained;
  return { plane: points.map(([x = 0, y = 0]) => [x, y]), explained: [x, y] };
}

function expectWhole(what: string, value: number, least = Number.NEGATIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= least) return;
  const from = Number.isFinite(least) ? ` from ${least}` : '';
  throw new LatentError(
    'range',
    `project: expected the ${what} to be a whole number${from}, received ${value}`,
  );
}
