import type { EvaluatedImage } from '@utad/detector';
import { type Codes, type Neighbour, nearestNeighbours } from '@utad/latent';
import type { Latent } from '@utad/report';
import { distancesOf } from './distances-of';
import { inTurns, type LatentWatch } from './in-turns';
import { projectionsOf } from './projections-of';
import type { TrainingCodes } from './training-codes';

/** How many of the nearest training images are shown. */
const NEIGHBOURS = 3;

/** The test images with their codes, in one order. */
export interface TestCodes {
  readonly items: readonly EvaluatedImage[];
  readonly codes: Codes;
}

/** What latent codes tell, and for each test image its nearest training images. */
export interface LatentFindings {
  readonly latent: Latent;
  readonly neighbours: readonly (readonly Neighbour[])[];
}

/**
 * Projections, distances and neighbours of latent codes.
 *
 * @throws the signal's reason, soon after it is aborted
 */
export async function latentOf(
  test: TestCodes,
  training: TrainingCodes | undefined,
  { seed, about }: { readonly seed: number; readonly about: string | undefined },
  watch: LatentWatch = {},
): Promise<LatentFindings> {
  const neighbours =
    training === undefined
      ? []
      : await inTurns(
          'nearest training images',
          test.codes,
          (code) => nearestNeighbours(code, training.codes, Math.min(NEIGHBOURS, training.codes.length)),
          watch,
        );
  const projections = await projectionsOf(test, training, seed, watch);
  const distances = training && (await distancesOf(test.items, neighbours, training.codes, watch));
  const dimensions = test.codes[0]?.length ?? 0;
  return {
    neighbours,
    latent: {
      projections,
      dimensions,
      ...(about !== undefined && { about }),
      ...(distances && { distances }),
    },
  };
}
